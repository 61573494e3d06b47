#include <algorithm>
#include <iterator>

#include "bundle/spec.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "config/json_schema.h"
#include "config/settings.h"
#include "control/orchestrator_spec.h"
#include "job/spec.h"

namespace orch::commands {
namespace {

doc::Value line_value(const config::SettingLine& line) {
  doc::Value value;
  value.set("key", line.key);
  value.set("value", line.value.empty() ? doc::Value() : doc::Value(line.value));
  value.set("source", line.source);
  return value;
}

Result<int> view(cli::Invocation& invocation) {
  const config::Settings* settings = ORCH_TRY(invocation.settings());
  output::Listing listing{
      .name = "settings",
      .id = "key",
      .columns = {{.key = "key"},
                  {.key = "value", .elastic = true},
                  {.key = "source",
                   .optional = !invocation.args.has("--sources"),
                   .elastic = true}},
      .rows = {},
      .empty = {},
  };
  for (const config::SettingLine& line : ORCH_TRY(settings->all())) {
    listing.rows.push_back(line_value(line));
  }
  ORCH_TRY(invocation.print.list(listing));
  return 0;
}

struct SchemaKind {
  std::string_view name;
  doc::Value (*schema)();
};

constexpr SchemaKind kSchemas[] = {
    {"Job", [] { return config::json_schema(job::job_fields()); }},
    {"Orchestrator", [] { return config::json_schema(control::orchestrator_fields()); }},
    {"Bundle", [] { return config::json_schema(bundle::bundle_fields()); }},
    {"Config",
     [] { return config::json_schema(config::config_file_fields(config::core_settings())); }},
};

Result<int> schema(cli::Invocation& invocation) {
  const auto* kind =
      std::find_if(std::begin(kSchemas), std::end(kSchemas),
                   [&](const SchemaKind& one) { return one.name == invocation.positional(0); });
  const doc::Value document = kind->schema();  // the frame has checked the choice
  ORCH_TRY(invocation.out.write(invocation.print.format() == cli::Output::yaml
                                    ? doc::to_yaml(document)
                                    : doc::to_pretty_json(document)));
  return 0;
}

std::vector<std::string_view> schema_names() {
  std::vector<std::string_view> names;
  for (const SchemaKind& kind : kSchemas) names.push_back(kind.name);
  return names;
}

}  // namespace

cli::Command config_view_command() {
  return {
      .name = "config view",
      .summary = "show the settings in effect",
      .details =
          "Each setting is the first of: its flag, its ORCH_ variable, the provider's own "
          "variables, the context in the config file, the default. With --sources it says "
          "which one won, with file and line.",
      .examples = {{"where each setting comes from", "orch config view --sources"}},
      .flags = {{.name = "--sources", .help = "say where each value comes from"}},
      .group = "Set up",
      .read_only = true,
      .run = view,
  };
}

cli::Command config_schema_command() {
  return {
      .name = "config schema",
      .summary = "print the JSON Schema of a file that orch reads",
      .details =
          "For editors and for looking a field up. The schema is draft 2020-12; with "
          "-o yaml it is printed as YAML.",
      .examples = {{"every field of a job file", "orch config schema Job"}},
      .positionals = {{.name = "KIND",
                       .help = "what the file describes",
                       .required = true,
                       .choices = schema_names()}},
      .group = "Set up",
      .read_only = true,
      .skips_config_file = true,
      .run = schema,
  };
}

}  // namespace orch::commands
