#include "ops/run_job.h"

#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "doc/value.h"
#include "job/results.h"
#include "job/spool.h"
#include "ops/env_values.h"
#include "ops/errors.h"
#include "ops/job_view.h"
#include "ops/submit.h"
#include "pipeline/task.h"
#include "provider/provider.h"

namespace orch::ops {
namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(100);
// Cancel requests come through the store; looked for this often, as progress is written.
constexpr auto kStoreEvery = std::chrono::milliseconds(500);

pipeline::TaskConfig task_config(const store::JobRow& row, const job::JobSpec& spec,
                                 const job::Plan& plan, EnvMap env) {
  pipeline::TaskConfig config;
  config.job_id = row.id;
  config.base_directory = spec.input.base_directory;
  config.bucket = spec.bucket.value_or("");
  config.working_dir = spec.working_dir;
  config.env = std::move(env);
  config.download = spec.download;
  config.stages = spec.stages;
  config.retry_item = spec.retry_item;
  config.keep_alive = plan.keep_alive;
  config.keep_alive_interval = spec.keep_alive.interval;
  return config;
}

// What summary.json says beside the counts.
doc::Value summary(const store::JobRow& row, const JobProgress& progress, WallTime ended) {
  doc::Value value;
  value.set("schema", "orch/v1");
  value.set("job", row.id);
  value.set("name", row.name);
  value.set("ended_at", rfc3339(ended));
  value.set("seconds", to_seconds(progress.elapsed));
  value.set("stages", to_value(progress.run.stages.stages));
  return value;
}

// One run of one job: what must live as long as its loop turns.
class JobRun {
 public:
  JobRun(Loop& loop, store::Store& store, store::JobRow row, RunJobOptions options)
      : loop_(loop), store_(store), row_(std::move(row)), options_(std::move(options)) {}
  ~JobRun() {
    for (const Loop::TimerId timer : {progress_timer_, store_timer_, limit_timer_}) {
      loop_.cancel(timer);
    }
  }
  JobRun(const JobRun&) = delete;
  JobRun& operator=(const JobRun&) = delete;

  Status prepare(const EnvMap& environment);
  JobReport run();

 private:
  void watch_signals();
  void watch_limits();
  void every_so_often();
  void look_into_store();
  void end_early(Ended how, Error error);
  JobProgress progress() const;
  JobReport report();
  Status seal(JobReport& report);

  Loop& loop_;
  store::Store& store_;
  store::JobRow row_;
  RunJobOptions options_;
  job::JobSpec spec_;
  std::optional<job::SpoolReader> spool_;
  std::optional<job::Ledger> ledger_;
  std::unique_ptr<provider::SplitBackend> backend_;
  std::unique_ptr<job::Runner> runner_;
  std::uint64_t done_before_ = 0;
  SteadyTime started_;
  Ended ended_ = Ended::complete;
  std::optional<Error> error_;
  bool over_ = false;
  Loop::TimerId progress_timer_ = 0;
  Loop::TimerId store_timer_ = 0;
  Loop::TimerId limit_timer_ = 0;
};

Status JobRun::prepare(const EnvMap& environment) {
  const doc::Value document = ORCH_TRY(doc::parse_json(row_.spec_json, row_.id));
  spec_ = ORCH_TRY(job::parse_job(document, {.name = row_.id}));
  spool_ = ORCH_TRY(job::SpoolReader::open(row_.directory));

  const provider::Descriptor* provider = provider::find_provider(spec_.on);
  if (provider == nullptr || provider->splits == nullptr) {
    return fail(ErrorCode::not_found, fmt::format("no orchestrator is called `{}`", spec_.on));
  }
  backend_ = provider->splits(environment);
  job::Plan plan =
      ORCH_TRY(job::make_plan(spec_, spool_->size(), backend_->traits(), options_.limits));
  if (options_.task_managers) {
    plan.num_task_managers = std::min(plan.num_task_managers, *options_.task_managers);
  }
  EnvMap extra = ORCH_TRY(resolve_env(spec_, environment));
  const pipeline::TaskConfig config =
      task_config(row_, spec_, plan, child_environment(environment, extra));

  ORCH_TRY(make_directories(directory_of(row_.results_path)));
  job::LedgerOptions ledger;
  ledger.job_id = row_.id;
  ledger.log_path = row_.results_path;
  ledger.total = spool_->size();
  ledger_.emplace(ORCH_TRY(job::Ledger::open(store_, ledger, loop_.clock(), options_.show)));
  done_before_ = ledger_->counters().done();

  job::RunnerOptions options;
  options.job_id = row_.id;
  options.job_directory = row_.directory;
  options.plan = plan;
  options.retry_split = spec_.retry_split;
  options.speculation = spec_.speculation;
  options.speculation.enabled = plan.speculation;
  options.keep_alive = spec_.keep_alive;
  options.keep_alive.enabled = plan.keep_alive;
  options.task_config = [config](int task_manager) {
    pipeline::TaskConfig own = config;
    own.task_manager = task_manager;
    return pipeline::to_json(own);
  };
  runner_ = std::make_unique<job::Runner>(
      loop_, *ledger_, *spool_,
      [this](const job::SlotRequest& request, job::SlotEvents events) {
        return backend_->open_slot(loop_, request, std::move(events));
      },
      std::move(options),
      [this](job::RunOutcome outcome) {
        if (outcome.end == job::RunEnd::failed) {
          ended_ = Ended::failed;
          error_ = std::move(outcome.error);
        }
        over_ = true;
      });
  return store_.set_running(row_.id, ::getpid(), now_ms(loop_.clock()));
}

JobReport JobRun::run() {
  started_ = loop_.now();
  watch_signals();
  watch_limits();
  every_so_often();
  look_into_store();
  runner_->start();
  while (!over_) loop_.run_once(std::chrono::seconds(1));
  return report();
}

void JobRun::watch_signals() {
  const auto on = [this](int number, Ended how, ErrorCode code, const char* what) {
    loop_.on_signal(number, [this, number, how, code, what] {
      if (ended_ != Ended::complete) ::_exit(128 + number);  // asked twice: at once
      log_note(fmt::format("{}: stopping {}; once more to stop at once", what, row_.id));
      end_early(how, {code,
                      fmt::format("{} was {}", row_.id, what),
                      fmt::format("`orch submit --resume {}` runs what is missing", row_.id),
                      {},
                      {},
                      {}});
    });
  };
  on(SIGINT, Ended::interrupted, ErrorCode::interrupted, "interrupted");
  on(SIGTERM, Ended::terminated, ErrorCode::terminated, "terminated");
}

void JobRun::watch_limits() {
  const std::optional<Duration>& deadline = spec_.deadline;
  const std::optional<Duration>& timeout = options_.timeout;
  if (!deadline && !timeout) return;
  const bool deadline_first = deadline && (!timeout || *deadline <= *timeout);
  const Duration limit = deadline_first ? *deadline : *timeout;
  limit_timer_ = loop_.after(limit, [this, deadline_first, limit] {
    const std::string hint = fmt::format("`orch submit --resume {}` runs what is missing", row_.id);
    const std::string shown = format_duration(limit);
    if (deadline_first) {
      end_early(Ended::deadline, {ErrorCode::deadline_reached,
                                  fmt::format("{} reached its deadline of {}", row_.id, shown),
                                  hint,
                                  {},
                                  {},
                                  {}});
    } else {
      end_early(Ended::timed_out, {ErrorCode::timed_out,
                                   fmt::format("{} was not done after {}", row_.id, shown),
                                   hint,
                                   {},
                                   {},
                                   {}});
    }
  });
}

void JobRun::every_so_often() {
  if (!options_.on_progress) return;
  options_.on_progress(progress());
  progress_timer_ = loop_.after(kProgressEvery, [this] { every_so_often(); });
}

void JobRun::look_into_store() {
  store_timer_ = loop_.after(kStoreEvery, [this] {
    const Result<bool> cancelled = store_.cancel_requested(row_.id);
    if (cancelled && *cancelled) {
      end_early(Ended::cancelled,
                {ErrorCode::cancelled,
                 fmt::format("{} was cancelled", row_.id),
                 fmt::format("`orch submit --resume {}` runs what is missing", row_.id),
                 {},
                 {},
                 {}});
    } else if (!cancelled && cancelled.error().code == ErrorCode::not_found) {
      end_early(Ended::cancelled,
                {ErrorCode::not_found, fmt::format("{} was deleted", row_.id), {}, {}, {}, {}});
    }
    if (Status saved = store_.set_progress(row_.id, job::to_json(runner_->snapshot().stages));
        !saved) {
      log_debug(saved.error().message);
    }
    look_into_store();
  });
}

void JobRun::end_early(Ended how, Error error) {
  if (ended_ != Ended::complete) return;
  ended_ = how;
  error_ = std::move(error);
  runner_->stop();
}

JobProgress JobRun::progress() const {
  return {.counters = ledger_->counters(),
          .done_before = done_before_,
          .run = runner_->snapshot(),
          .elapsed = loop_.now() - started_};
}

JobReport JobRun::report() {
  JobReport report;
  report.progress = progress();
  report.ended = ended_;
  report.error = error_;
  // A stop that came as the last line was written changed nothing.
  const job::LedgerCounters& counters = report.progress.counters;
  if (ended_ != Ended::complete && ended_ != Ended::failed && counters.done() == counters.total) {
    report.ended = Ended::complete;
    report.error.reset();
  }
  if (Status sealed = seal(report); !sealed && report.ended == Ended::complete) {
    report.ended = Ended::failed;
    report.error = std::move(sealed).error();
  }
  return report;
}

Status JobRun::seal(JobReport& report) {
  (void)store_.set_progress(row_.id, job::to_json(report.progress.run.stages));
  store::JobState state = store::JobState::stopped;
  if (report.ended == Ended::complete) {
    state = store::JobState::done;
  } else if (report.ended == Ended::failed) {
    state = store::JobState::failed;
  } else if (report.ended == Ended::cancelled) {
    state = store::JobState::cancelled;
  }
  Status written;
  if (report.ended == Ended::complete) {
    written = job::seal_results(row_.results_path, *spool_, report.progress.counters,
                                summary(row_, report.progress, loop_.clock().wall()));
  }
  const std::string error = report.error ? error_json(*report.error) : "";
  ORCH_TRY(store_.set_state(row_.id, state, error, now_ms(loop_.clock())));
  if (std::optional<store::JobRow> row = ORCH_TRY(store_.job(row_.id))) report.row = *row;
  return written;
}

}  // namespace

int JobReport::exit_status() const {
  switch (ended) {
    case Ended::complete:
    case Ended::deadline:
      if (progress.counters.failed == 0 && ended == Ended::complete) return 0;
      return progress.counters.ok > 0 ? 8 : 3;
    case Ended::interrupted:
    case Ended::terminated:
    case Ended::timed_out:
    case Ended::cancelled:
    case Ended::failed:
      return error ? traits(error->code).exit_status : 1;
  }
  return 1;
}

Result<JobReport> run_job(Loop& loop, store::Store& store, std::string_view job_id,
                          const EnvMap& environment, RunJobOptions options) {
  std::optional<store::JobRow> row = ORCH_TRY(store.job(job_id));
  if (!row) return fail(ErrorCode::not_found, fmt::format("no job is called `{}`", job_id));
  JobRun run(loop, store, std::move(*row), std::move(options));
  ORCH_TRY(run.prepare(environment));
  return run.run();
}

}  // namespace orch::ops
