#include "entrypoint/operators.h"

#include <fmt/core.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "serve/serve.h"

namespace orch::serve {
namespace {

doc::Value::Array rows_of(const entrypoint::PluginScan& scan) {
  doc::Value::Array rows;
  for (const entrypoint::Plugin& plugin : scan.plugins) {
    for (const std::string& name : plugin.operators) {
      doc::Value row;
      row.set("operator", plugin.name + "/" + name);
      row.set("version", plugin.version.empty() ? doc::Value() : doc::Value(plugin.version));
      row.set("directory", plugin.directory);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace

Result<int> operators(cli::Invocation& run) {
  const std::string directory =
      run.args.get("--plugins-dir").value_or(get(run.env, "FIFTYONE_PLUGINS_DIR").value_or(""));
  if (directory.empty()) {
    return fail(cli::usage_error(run.command, "operators needs --plugins-dir D",
                                 "or the variable FIFTYONE_PLUGINS_DIR"));
  }
  const entrypoint::PluginScan scan = ORCH_TRY(entrypoint::scan_plugins(directory));
  if (run.args.has("--line")) {
    ORCH_TRY(run.out.write(fmt::format("{}{}\n", entrypoint::kOperatorsMark,
                                       doc::to_json(entrypoint::to_value(scan)))));
  } else {
    for (const std::string& problem : scan.problems) log_warning(problem);
    ORCH_TRY(run.print.list(
        {.name = "operators",
         .id = "operator",
         .columns = {{.key = "operator"},
                     {.key = "version"},
                     {.key = "directory", .elastic = true}},
         .rows = rows_of(scan),
         .empty = "no plugin below " + printable(directory) + " declares an operator"}));
  }
  // What is listed is right, but not all there is.
  return scan.problems.empty() ? 0 : traits(ErrorCode::partly_failed).exit_status;
}

}  // namespace orch::serve
