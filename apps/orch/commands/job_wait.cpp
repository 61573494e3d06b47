#include "commands/job_wait.h"

#include <fmt/core.h>

#include <csignal>

#include "base/log.h"
#include "base/loop.h"
#include "ops/job_view.h"
#include "ops/queue.h"

namespace orch::commands {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(200);

std::string progress_of(const store::JobRow& row) {
  std::string text = fmt::format("{}: {}, {} ok", row.id, ops::shown_state(row), row.ok);
  if (row.failed > 0) text += fmt::format(", {} failed", row.failed);
  return text + fmt::format(" of {}", row.total);
}

}  // namespace

Result<store::Store> existing_store(cli::Invocation& run) {
  std::optional<store::Store> store =
      ORCH_TRY(store::Store::open_existing(ORCH_TRY(run.state_directory())));
  if (store) return std::move(*store);
  return fail(ErrorCode::not_found, "no job has been submitted on this machine yet",
              "`orch submit FILE` runs one; --state-dir names another state directory");
}

Result<store::JobRow> find_job(const store::Store& store, std::string_view argument) {
  constexpr std::string_view kPrefix = "job/";
  if (argument.starts_with(kPrefix)) argument.remove_prefix(kPrefix.size());
  return store.find_job(argument);
}

const std::vector<output::Column>& job_columns() {
  static const std::vector<output::Column> columns = {
      {.key = "id", .title = "JOB"},
      {.key = "state"},
      {.key = "ok", .right = true},
      {.key = "failed", .right = true},
      {.key = "total", .right = true},
      {.key = "created_at", .title = "CREATED"},
      {.key = "ended_at", .title = "ENDED"},
      {.key = "results", .optional = true},
      {.key = "name", .optional = true},
      {.key = "directory", .optional = true},
      {.key = "exit_status", .right = true, .optional = true}};
  return columns;
}

Status print_jobs(cli::Invocation& run, int limit) {
  output::Listing listing;
  listing.name = "jobs";
  listing.columns = job_columns();
  listing.empty = "no jobs yet; `orch submit FILE` runs one";
  const std::optional<store::Store> store =
      ORCH_TRY(store::Store::open_existing(ORCH_TRY(run.state_directory())));
  bool waiting = false;
  if (store) {
    for (const store::JobRow& row : ORCH_TRY(store->jobs(limit))) {
      waiting = waiting || (row.enqueued && row.state == store::JobState::queued);
      listing.rows.push_back(ops::to_value(row));
    }
  }
  ORCH_TRY(run.print.list(listing));
  if (waiting && !ops::is_queue_served(store->directory())) {
    log_note("queued jobs wait for a queue runner; `orch serve-entrypoint queue` is one");
  }
  return {};
}

Status print_job(cli::Invocation& run, const store::JobRow& row) {
  if (run.print.format() != output::Format::table) {
    return run.print.document(ops::to_value(row), [] { return std::string(); });
  }
  output::Listing listing;
  listing.columns = job_columns();
  listing.rows.push_back(ops::to_value(row));
  return run.print.list(listing);
}

Result<int> wait_for_job(cli::Invocation& run, store::Store& store, const std::string& id,
                         const std::function<void()>& each_turn) {
  Loop loop;
  bool interrupted = false;
  bool timed_out = false;
  loop.on_signal(SIGINT, [&] { interrupted = true; });
  if (run.options.timeout) loop.after(*run.options.timeout, [&] { timed_out = true; });
  while (true) {
    const std::optional<store::JobRow> row = ORCH_TRY(store.job(id));
    if (!row) return fail(ErrorCode::not_found, fmt::format("{} was deleted", id));
    if (each_turn) each_turn();  // after the row was read: nothing is missed of one that is over
    const int status = ops::exit_status(*row);
    constexpr int kStillRunning = 9;
    if (status != kStillRunning) {
      run.progress.clear();
      ORCH_TRY(print_job(run, *row));
      return status;
    }
    // Its queue runner may have died: someone must take it up while we wait for it.
    if (row->enqueued && !ops::is_job_running(row->directory)) {
      ORCH_TRY(ops::ensure_queue(store.directory(), run.env));
    } else if (!row->enqueued && ops::shown_state(*row) == "stopped") {
      run.progress.clear();
      return fail(ErrorCode::interrupted, fmt::format("{} is not running: its orch died", id),
                  fmt::format("`orch submit --resume {}` runs what is missing", id));
    }
    run.progress.show(progress_of(*row));
    if (interrupted) {
      run.progress.clear();
      return fail(
          ErrorCode::interrupted, fmt::format("stopped waiting; {} goes on", id),
          fmt::format("`orch status {} --watch` follows it, `orch cancel {}` ends it", id, id));
    }
    if (timed_out) {
      run.progress.clear();
      return fail(
          ErrorCode::timed_out, fmt::format("{} is not over yet; it goes on", id),
          fmt::format("`orch status {} --wait` waits on, `orch cancel {}` ends it", id, id));
    }
    loop.run_once(kLookEvery);
  }
}

}  // namespace orch::commands
