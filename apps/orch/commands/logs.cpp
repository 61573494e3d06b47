#include <fmt/core.h>

#include <csignal>

#include "base/log.h"
#include "base/loop.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "commands/job_wait.h"
#include "commands/runs.h"
#include "ops/job_view.h"
#include "ops/logs.h"

namespace orch::commands {
namespace {

using cli::Invocation;

constexpr auto kLookEvery = std::chrono::milliseconds(200);

bool is_over(const store::JobRow& row) {
  constexpr int kStillRunning = 9;
  return ops::exit_status(row) != kStillRunning || ops::shown_state(row) == "stopped";
}

Result<int> logs(Invocation& run) {
  if (const auto id = ORCH_TRY(means_run(run, run.positional(0)))) return run_logs(run, *id);
  const store::Store store = ORCH_TRY(existing_store(run));
  const store::JobRow row = ORCH_TRY(find_job(store, run.positional(0)));
  ops::LogRequest request{.job_directory = row.directory, .split = {}};
  if (run.args.has("--split")) {
    request.split = static_cast<std::uint64_t>(ORCH_TRY(run.integer("--split", 0, 0, 0xFFFFFFFE)));
  }
  ops::LogReader reader(std::move(request));
  std::uint64_t lines = 0;
  const auto print = [&](std::string_view line) {
    ++lines;
    return run.out.write(line);
  };
  if (!run.args.has("--follow")) {
    ORCH_TRY(reader.read(print));
    if (lines == 0) log_note(fmt::format("the workers of {} have said nothing", row.id));
    return 0;
  }
  Loop loop;
  bool interrupted = false;
  loop.on_signal(SIGINT, [&] { interrupted = true; });
  while (true) {
    const std::optional<store::JobRow> now = ORCH_TRY(store.job(row.id));
    const bool over = !now || is_over(*now);  // asked before reading: nothing is missed
    ORCH_TRY(reader.read(print));
    ORCH_TRY(run.out.flush());
    if (over) return 0;
    if (interrupted) return fail(ErrorCode::interrupted, fmt::format("{} goes on", row.id));
    loop.run_once(kLookEvery);
  }
}

std::vector<cli::Flag> logs_flags() {
  std::vector<cli::Flag> flags = {
      {.name = "--follow", .help = "go on until the job is over"},
      {.name = "--split", .value = "N", .help = "only lines said during split N"}};
  for (cli::Flag& flag : wait_flags()) flags.push_back(flag);
  for (cli::Flag& flag : run_flags()) flags.push_back(flag);
  return flags;
}

}  // namespace

cli::Command logs_command() {
  return {.name = "logs",
          .summary = "print what a job's workers, or its command, said",
          .details =
              "Each line a worker wrote to standard error, or to standard output without it being "
              "an answer, is stored as {\"time\",\"task_manager\",\"stage\",\"pid\",\"split\","
              "\"line\"} and printed unchanged. A command's output is printed as it was.",
          .examples = {{"as it comes", "orch logs birds --follow"},
                       {"the text alone", "orch logs birds | jq -r .line"}},
          .positionals = {{.name = "JOB",
                           .help = "a job's id, its name for the newest of that name, or run/ID",
                           .completes = cli::Completes::job,
                           .required = true}},
          .flags = logs_flags(),
          .group = "Inspect",
          .read_only = true,
          .run = logs};
}

}  // namespace orch::commands
