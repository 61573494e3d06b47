#include <fmt/core.h>

#include <csignal>

#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "commands/job_wait.h"
#include "commands/orchestrators.h"
#include "commands/registry.h"
#include "commands/runs.h"
#include "commands/serving.h"
#include "ops/job_view.h"
#include "store/sequence.h"

namespace orch::commands {
namespace {

using cli::Invocation;

constexpr int kStillRunning = 9;
constexpr auto kLookEvery = std::chrono::milliseconds(250);

std::string one_line(const store::JobRow& row) {
  return fmt::format("{}  {}  {} ok, {} failed of {}", row.id, ops::shown_state(row), row.ok,
                     row.failed, row.total);
}

// A line whenever something changed, until the job is over.
Result<int> watch(Invocation& run, const store::Store& store, const std::string& id) {
  Loop loop;
  bool interrupted = false;
  loop.on_signal(SIGINT, [&] { interrupted = true; });
  std::string shown;
  while (true) {
    const std::optional<store::JobRow> row = ORCH_TRY(store.job(id));
    if (!row) return fail(ErrorCode::not_found, fmt::format("{} was deleted", id));
    const bool over =
        ops::exit_status(*row) != kStillRunning || ops::shown_state(*row) == "stopped";
    if (std::string line = one_line(*row); line != shown) {
      shown = std::move(line);
      if (run.terminal.stdout_tty && !run.print.structured() && !over) {
        run.progress.show(shown);
      } else {
        run.progress.clear();
        ORCH_TRY(run.print.structured() ? run.print.event(ops::to_value(*row))
                                        : run.print.line(shown));
        ORCH_TRY(run.out.flush());
      }
    }
    if (over) return 0;
    if (interrupted) return fail(ErrorCode::interrupted, fmt::format("{} goes on", id));
    loop.run_once(kLookEvery);
  }
}

// Registrations, rotations and the like that were interrupted.
Result<int> say_what_is_half_done(Invocation& run) {
  auto store = ORCH_TRY(store::Store::open_existing(ORCH_TRY(run.state_directory())));
  if (!store) return 0;
  for (const store::SequenceRow& sequence : ORCH_TRY(store::open_sequences(*store))) {
    log_note(fmt::format("{} of {} was interrupted; run it again", sequence.kind,
                         printable(sequence.subject)));
  }
  return 0;
}

// A deployment is named as a path is: with a / or a leading dot.
Error or_directory(Error error, std::string_view name) {
  const std::string path = resolve(current_directory(), name);
  if (error.code == ErrorCode::not_found && exists(path + "/docker-compose.yaml")) {
    error.hint = fmt::format("if the directory is meant: orch status ./{}", printable(name));
  }
  return error;
}

Result<int> status(Invocation& run) {
  const std::string_view name = run.positional(0);
  if (name.empty()) {
    if (run.args.has("--wait") || run.args.has("--watch") || run.args.has("--exit-status")) {
      return fail(ErrorCode::usage, "which job is missing", "orch status JOB --wait");
    }
    constexpr int kRecent = 20;
    ORCH_TRY(print_jobs(run, kRecent));
    return say_what_is_half_done(run);
  }
  if (means_directory(name)) return deployment_status(run, name);
  if (const auto id = ORCH_TRY(means_run(run, name))) return run_status(run, *id);
  if (ORCH_TRY(means_orchestrator(run, name))) {
    if (run.args.has("--wait") || run.args.has("--watch") || run.args.has("--exit-status")) {
      return fail(ErrorCode::usage, "an orchestrator has no end to wait for",
                  "job/NAME means the job of that name");
    }
    return orchestrator_status(run, name);
  }
  auto opened = existing_store(run);
  if (!opened) return fail(or_directory(std::move(opened).error(), name));
  store::Store& store = *opened;
  auto found = find_job(store, name);
  if (!found) return fail(or_directory(std::move(found).error(), name));
  const store::JobRow& row = *found;
  if (run.args.has("--wait")) return wait_for_job(run, store, row.id);
  if (run.args.has("--watch")) return watch(run, store, row.id);
  ORCH_TRY(print_job(run, row));
  return run.args.has("--exit-status") ? ops::exit_status(row) : 0;
}

std::vector<cli::Flag> status_flags() {
  std::vector<cli::Flag> flags =
      with_registry({{.name = "--wait", .help = "wait for its end and exit with its result"},
                     {.name = "--watch", .help = "show each change until its end"},
                     {.name = "--exit-status", .help = "exit with its result, 9 while it runs"}});
  for (cli::Flag& flag : wait_flags()) flags.push_back(flag);
  for (cli::Flag& flag : run_flags()) flags.push_back(flag);
  return flags;
}

}  // namespace

cli::Command status_command() {
  return {
      .name = "status",
      .summary = "show how a job, a run, an orchestrator or a deployed bundle stands",
      .details =
          "Exits with 0 whatever the job's state, unless --wait or --exit-status asks for the "
          "job's own result: 0 all inputs ok, 8 some failed, 3 none ok or the job failed, 9 "
          "(--exit-status) still queued or running.\n"
          "DIR, written with a / or a leading dot, is a deployment of a serving bundle: 0 all of "
          "it is ready, 12 something is not, 10 nothing answers; --wait waits (10m) and exits "
          "with 7 when that was too short.",
      .examples = {{"all recent jobs", "orch status"},
                   {"wait for a job and exit with its result", "orch status birds --wait"},
                   {"wait until a deployed bundle serves", "orch status ./prod --wait"},
                   {"follow a job as it runs", "orch status birds --watch"}},
      .positionals = {{.name = "NAME",
                       .help = "a job's id or name, an orchestrator, run/ID, or DIR",
                       .completes = cli::Completes::name_or_directory}},
      .flags = status_flags(),
      .group = "Inspect",
      .read_only = true,
      .run = status};
}

}  // namespace orch::commands
