// list jobs, describe, cancel, delete.
#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/invocation.h"
#include "commands/api.h"
#include "commands/commands.h"
#include "commands/job_wait.h"
#include "commands/orchestrators.h"
#include "commands/registry.h"
#include "commands/runs.h"
#include "ops/job_view.h"
#include "ops/jobs.h"

namespace orch::commands {
namespace {

using cli::Completes;
using cli::Invocation;

Result<int> list_jobs(Invocation& run) {
  const auto limit = static_cast<int>(ORCH_TRY(run.integer("--limit", 100, 1, 1'000'000)));
  ORCH_TRY(print_jobs(run, limit));
  return 0;
}

Result<int> describe(Invocation& run) {
  if (const auto id = ORCH_TRY(means_run(run, run.positional(0)))) return describe_run(run, *id);
  if (ORCH_TRY(means_orchestrator(run, run.positional(0)))) {
    return describe_orchestrator(run, run.positional(0));
  }
  const store::Store store = ORCH_TRY(existing_store(run));
  const store::JobRow row = ORCH_TRY(find_job(store, run.positional(0)));
  const doc::Value value = ORCH_TRY(ops::describe_job(row));
  ORCH_TRY(run.print.document(value, [&] { return doc::to_yaml(value); }));
  return 0;
}

Result<int> cancel(Invocation& run) {
  if (const auto id = ORCH_TRY(means_run(run, run.positional(0)))) return cancel_run(run, *id);
  store::Store store = ORCH_TRY(existing_store(run));
  const store::JobRow row = ORCH_TRY(find_job(store, run.positional(0)));
  if (run.options.dry_run) {
    log_note(fmt::format("would cancel {} ({})", row.id, ops::shown_state(row)));
    return 0;
  }
  const ops::CancelAnswer answer = ORCH_TRY(ops::cancel_job(store, row, system_clock()));
  if (answer == ops::CancelAnswer::over) {
    log_note(fmt::format("{} is over already ({})", row.id, ops::shown_state(row)));
  } else if (answer == ops::CancelAnswer::asked) {
    log_note(
        fmt::format("{} is asked to stop; `orch status {} --wait` waits for it", row.id, row.id));
  } else {
    log_note(fmt::format("{} is cancelled; `orch submit --resume {}` would run what is missing",
                         row.id, row.id));
  }
  return 0;
}

Result<int> remove(Invocation& run) {
  if (ORCH_TRY(means_orchestrator(run, run.positional(0)))) {
    return delete_orchestrator(run, run.positional(0));
  }
  store::Store store = ORCH_TRY(existing_store(run));
  const store::JobRow row = ORCH_TRY(find_job(store, run.positional(0)));
  const bool kept = !row.results_path.empty() && !row.results_path.starts_with(row.directory + "/");
  const std::string what =
      fmt::format("{} with its {}", row.id, kept ? "inputs and logs" : "inputs, logs and results");
  if (run.options.dry_run) {
    log_note("would delete " + what);
    return 0;
  }
  ORCH_TRY(run.confirm(fmt::format("delete {}?", what)));
  ORCH_TRY(ops::delete_job(store, row));
  log_note(kept ? fmt::format("deleted {}; its results stay in {}", row.id,
                              directory_of(row.results_path))
                : fmt::format("deleted {}", row.id));
  return 0;
}

const std::vector<cli::Positional>& job_or_orchestrator() {
  static const std::vector<cli::Positional> positionals = {
      {.name = "NAME",
       .help = "a job's id or name, or an orchestrator; job/NAME and orchestrator/NAME say which",
       .completes = Completes::name,
       .required = true}};
  return positionals;
}

std::vector<cli::Flag> describe_flags() {
  std::vector<cli::Flag> flags = registry_flags();
  for (cli::Flag& flag : run_flags()) flags.push_back(flag);
  return flags;
}

std::vector<cli::Flag> delete_flags() {
  std::vector<cli::Flag> flags = with_registry(
      {{.name = "--delete-secrets", .help = "an orchestrator's secrets, too"},
       {.name = "--resources", .help = "what orch has made for it at its provider, too"}});
  for (cli::Flag& flag : profile_flags()) flags.push_back(flag);
  return flags;
}

}  // namespace

cli::Command list_jobs_command() {
  return {.name = "list jobs",
          .summary = "list the jobs of this machine, newest first",
          .examples = {{"the ids alone", "orch list jobs -o name"},
                       {"with where results lie", "orch list jobs --columns id,state,results"}},
          .flags = {{.name = "--limit", .value = "N", .help = "at most N jobs (default 100)"}},
          .group = "Inspect",
          .read_only = true,
          .run = list_jobs};
}

cli::Command describe_command() {
  return {.name = "describe",
          .summary = "show everything about a job, a run or an orchestrator",
          .examples = {{"the newest job called birds", "orch describe birds"},
                       {"an orchestrator", "orch describe orchestrator/gpu"}},
          .positionals = job_or_orchestrator(),
          .flags = describe_flags(),
          .group = "Inspect",
          .read_only = true,
          .run = describe};
}

cli::Command cancel_command() {
  return {.name = "cancel",
          .summary = "stop a job, or a run at a provider; what it has done is kept",
          .examples = {{"stop the newest job called birds", "orch cancel birds"}},
          .positionals = {{.name = "JOB",
                           .help = "a job's id, its name for the newest of that name, or run/ID",
                           .completes = Completes::job,
                           .required = true}},
          .flags = run_flags(),
          .run = cancel};
}

cli::Command delete_command() {
  return {.name = "delete",
          .summary = "forget a job, or an orchestrator's registration",
          .details =
              "Of a job: its spooled inputs, logs and state; results that it stored in a directory "
              "of its own stay where they are. Of an orchestrator: its registration and, with "
              "--delete-secrets, the secrets that no other orchestrator uses.",
          .examples = {{"without being asked", "orch delete birds --yes"},
                       {"an orchestrator and its secrets",
                        "orch delete orchestrator/gpu --delete-secrets"}},
          .positionals = job_or_orchestrator(),
          .flags = delete_flags(),
          .run = remove};
}

}  // namespace orch::commands
