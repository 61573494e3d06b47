#include <fmt/core.h>

#include <limits>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "commands/job_wait.h"
#include "job/results.h"
#include "ops/job_view.h"

namespace orch::commands {
namespace {

using cli::Invocation;
using output::Format;
using Each = std::function<Status(std::string_view line)>;

// What lies behind the last checkpoint of a running job is not synced yet and may go again.
std::uint64_t readable_end(const store::JobRow& row) {
  return ops::is_job_running(row.directory) ? row.log_bytes
                                            : std::numeric_limits<std::uint64_t>::max();
}

Status each_line(const store::JobRow& row, bool failed, const Each& each) {
  if (!exists(row.results_path)) return {};
  job::ResultReader reader = ORCH_TRY(job::ResultReader::open(
      row.results_path, failed ? job::ResultFilter::failed : job::ResultFilter::all));
  return reader.read(readable_end(row), [&](std::string_view lines) -> Status {
    for (const std::string_view line : split(lines, '\n')) {
      if (!line.empty()) ORCH_TRY(each(line));
    }
    return {};
  });
}

// A document of any number of lines, written as it is read.
Status print_json(Invocation& run, const store::JobRow& row, bool failed) {
  ORCH_TRY(
      run.out.write(R"({"schema":"orch/v1","job":)" + doc::to_json(row.id) + R"(,"results":[)"));
  bool first = true;
  ORCH_TRY(each_line(row, failed, [&](std::string_view line) -> Status {
    ORCH_TRY(run.out.write(first ? "\n" : ",\n"));
    first = false;
    return run.out.write(line);
  }));
  return run.out.write("\n]}\n");
}

// For eyes, so a table of what a person can read: rows beyond are counted, not kept.
Status print_table(Invocation& run, const store::JobRow& row, bool failed) {
  constexpr std::size_t kMostRows = 10'000;
  output::Listing listing;
  listing.name = "results";
  listing.id = "index";
  listing.columns = {{.key = "index", .right = true},
                     {.key = "status"},
                     {.key = "input", .elastic = true},
                     {.key = "result", .elastic = true},
                     {.key = "error.code", .title = "ERROR"},
                     {.key = "error.message", .title = "MESSAGE", .elastic = true},
                     {.key = "split", .right = true, .optional = true},
                     {.key = "task_manager", .right = true, .optional = true},
                     {.key = "ms", .optional = true}};
  listing.empty = failed ? "no input failed" : "no results yet";
  std::uint64_t beyond = 0;
  ORCH_TRY(each_line(row, failed, [&](std::string_view line) -> Status {
    if (listing.rows.size() == kMostRows) {
      ++beyond;
      return {};
    }
    listing.rows.push_back(ORCH_TRY(doc::parse_json(line, "results")));
    return {};
  }));
  ORCH_TRY(run.print.list(listing));
  if (beyond > 0) log_note(fmt::format("{} more; `-o ndjson` prints all", beyond));
  return {};
}

Result<int> results(Invocation& run) {
  const store::Store store = ORCH_TRY(existing_store(run));
  const store::JobRow row = ORCH_TRY(find_job(store, run.positional(0)));
  const bool failed = run.args.has("--failed");
  switch (run.print.format(Format::ndjson)) {
    case Format::json:
      ORCH_TRY(print_json(run, row, failed));
      return 0;
    case Format::table:
    case Format::yaml:
    case Format::name:
      ORCH_TRY(print_table(run, row, failed));
      return 0;
    case Format::automatic:
    case Format::ndjson:
      break;
  }
  std::uint64_t lines = 0;
  ORCH_TRY(each_line(row, failed, [&](std::string_view line) -> Status {
    ++lines;
    ORCH_TRY(run.out.write(line));
    return run.out.write("\n");
  }));
  if (lines == 0) log_note(failed ? "no input failed" : "no results yet");
  return 0;
}

}  // namespace

cli::Command results_command() {
  return {.name = "results",
          .summary = "print the results of a job, one JSON line an input",
          .details =
              "The stored lines unchanged, in the order in which they were written. While the job "
              "runs, those that are safely on disk.",
          .examples = {{"the failed inputs with their reasons", "orch results birds --failed"},
                       {"as a table", "orch results birds -o table"},
                       {"only the results, in the order of the inputs",
                        "orch results birds | jq -s -c 'sort_by(.index)[] | .result'"}},
          .positionals = {{.name = "JOB",
                           .help = "a job's id, or its name for the newest of that name",
                           .completes = cli::Completes::job,
                           .required = true}},
          .flags = {{.name = "--failed", .help = "only inputs that failed"}},
          .group = "Inspect",
          .read_only = true,
          .run = results};
}

}  // namespace orch::commands
