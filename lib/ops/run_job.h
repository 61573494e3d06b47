// Runs a job of the store to its end on the calling loop and writes down how it went.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"
#include "job/ledger.h"
#include "job/runner.h"
#include "store/store.h"

namespace orch::ops {

struct JobProgress {
  job::LedgerCounters counters;
  std::uint64_t done_before = 0;  // lines that earlier runs wrote
  job::RunnerSnapshot run;
  Duration elapsed{};
};

struct RunJobOptions {
  job::Limits limits;
  std::optional<int> task_managers;                     // no more than these (the queue's share)
  std::optional<Duration> timeout;                      // stop, resumable, after this long
  job::Ledger::Shown show;                              // committed lines; empty: nobody looks
  std::function<void(const JobProgress&)> on_progress;  // about ten times a second
};

enum class Ended { complete, interrupted, terminated, timed_out, deadline, cancelled, failed };

struct JobReport {
  store::JobRow row;  // as it stands in the store now
  JobProgress progress;
  Ended ended = Ended::complete;
  std::optional<Error> error;  // of every end but `complete`

  // design.md §1: 0 all ok, 8 some failed, 3 none ok; else what ended it.
  int exit_status() const;
};

// Errors only when the run could not begin (locked, no such job, unreadable state); everything
// later is a report. SIGINT and SIGTERM end the run in order, a second one ends this process.
Result<JobReport> run_job(Loop& loop, store::Store& store, std::string_view job_id,
                          const EnvMap& environment, RunJobOptions options);

}  // namespace orch::ops
