#include "ops/queue.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "doc/value.h"
#include "ops/errors.h"
#include "ops/job_view.h"

namespace orch::ops {
namespace {

constexpr int kEarlyDeaths = 5;
constexpr auto kLookEvery = std::chrono::milliseconds(200);

std::string lock_path(const std::string& state_directory) {
  return state_directory + "/queue.lock";
}

int planned_task_managers(const store::JobRow& row) {
  const auto plan = doc::parse_json(row.plan_json, "plan");
  const doc::Value* number = plan ? plan->find("num_task_managers") : nullptr;
  const std::int64_t* count = number != nullptr ? number->integer() : nullptr;
  return count != nullptr ? static_cast<int>(std::clamp<std::int64_t>(*count, 1, 1'000'000)) : 1;
}

class Queue {
 public:
  Queue(Loop& loop, store::Store& store, const EnvMap& environment, const QueueOptions& options)
      : loop_(loop), store_(store), environment_(environment), options_(options) {}

  Result<int> serve();

 private:
  struct Running {
    pid_t pid = 0;  // 0: started by an earlier queue runner
    int task_managers = 1;
  };

  Status look();
  Result<std::vector<store::JobRow>> waiting();
  Status start(const store::JobRow& row, int task_managers);
  void ended(const std::string& id, int wait_status);
  void end_on(int signal_number);
  bool idle_for_long();

  Loop& loop_;
  store::Store& store_;
  const EnvMap& environment_;
  QueueOptions options_;
  std::map<std::string, Running, std::less<>> running_;
  std::map<std::string, int, std::less<>> early_deaths_;
  SteadyTime last_work_;
  int ended_by_ = 0;
};

Result<int> Queue::serve() {
  while (true) {
    Result<FileLock> taken = FileLock::acquire(lock_path(store_.directory()));
    if (!taken && taken.error().code == ErrorCode::locked) {
      return fail(ErrorCode::locked, "a queue runner serves " + store_.directory() + " already",
                  "`orch list jobs` shows what it does");
    }
    std::optional<FileLock> lock = ORCH_TRY(std::move(taken));
    last_work_ = loop_.now();
    end_on(SIGINT);
    end_on(SIGTERM);
    while (ended_by_ == 0 || !running_.empty()) {
      if (ended_by_ == 0) {
        ORCH_TRY(look());
        if (idle_for_long()) break;
      }
      loop_.run_once(kLookEvery);
    }
    if (ended_by_ != 0) return 128 + ended_by_;
    // Who enqueues looks at the lock after adding its job; so after releasing it, look once more.
    lock.reset();
    if (ORCH_TRY(waiting()).empty()) return 0;
  }
}

Status Queue::look() {
  std::erase_if(running_, [&](const auto& entry) {
    return entry.second.pid == 0 && !is_job_running(store_.job_directory(entry.first));
  });
  for (const store::JobRow& row : ORCH_TRY(store_.jobs_in(store::JobState::running))) {
    if (!running_.contains(row.id) && is_job_running(row.directory)) {
      running_[row.id] = {.pid = 0, .task_managers = planned_task_managers(row)};
    }
  }
  const std::vector<store::JobRow> rows = ORCH_TRY(waiting());
  if (!rows.empty() || !running_.empty()) last_work_ = loop_.now();

  int task_managers = 0;
  for (const auto& [id, running] : running_) task_managers += running.task_managers;
  int left = static_cast<int>(rows.size());
  for (const store::JobRow& row : rows) {
    const int share = queue_share({.limits = options_.limits,
                                   .running_jobs = static_cast<int>(running_.size()),
                                   .running_task_managers = task_managers,
                                   .waiting_jobs = left--,
                                   .wanted = planned_task_managers(row)});
    if (share == 0) break;  // in order: nobody overtakes the one that waits
    ORCH_TRY(start(row, share));
    task_managers += share;
  }
  return {};
}

// Enqueued jobs that nobody runs, oldest first: new ones, and those whose process died or was
// stopped with an earlier queue runner.
Result<std::vector<store::JobRow>> Queue::waiting() {
  std::vector<store::JobRow> rows;
  for (const store::JobState state :
       {store::JobState::queued, store::JobState::running, store::JobState::stopped}) {
    for (store::JobRow& row : ORCH_TRY(store_.jobs_in(state))) {
      if (!row.enqueued || running_.contains(row.id) || is_job_running(row.directory)) continue;
      rows.push_back(std::move(row));
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.created_ms < b.created_ms; });
  return rows;
}

Status Queue::start(const store::JobRow& row, int task_managers) {
  const Fd log = ORCH_TRY(open_append(row.directory + "/runner.log"));
  SpawnSpec spec;
  spec.argv = {
      self_executable(), "submit",        "--state-dir",     store_.directory(),
      "--resume",        "job/" + row.id, "--task-managers", std::to_string(task_managers)};
  spec.env = environment_;
  spec.stderr_fd = log.get();
  spec.own_session = true;
  spec.death_signal = 0;  // a job outlives its queue runner
  const pid_t pid = ORCH_TRY(spawn(spec));
  log_verbose(fmt::format("started {} with {} task managers", row.id, task_managers));
  running_[row.id] = {.pid = pid, .task_managers = task_managers};
  loop_.on_exit(pid, [this, id = row.id](int status) { ended(id, status); });
  return {};
}

void Queue::ended(const std::string& id, int wait_status) {
  log_verbose(fmt::format("{} ended with {}", id, describe_wait_status(wait_status)));
  running_.erase(id);
  last_work_ = loop_.now();
  const auto row = store_.job(id);
  if (!row || !*row || (*row)->state != store::JobState::queued) return;
  // It never began. Killed, it deserves another start, though not for ever; locked, somebody else
  // runs it; any other end would come again.
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == traits(ErrorCode::locked).exit_status) {
    return;
  }
  if (WIFSIGNALED(wait_status) && ++early_deaths_[id] < kEarlyDeaths) return;
  const Error reason{
      ErrorCode::failed,
      fmt::format("its runner ended with {} before it began", describe_wait_status(wait_status)),
      fmt::format("{}/runner.log says why", (*row)->directory),
      {},
      {},
      {}};
  (void)store_.set_state(id, store::JobState::failed, error_json(reason), now_ms(loop_.clock()));
}

void Queue::end_on(int signal_number) {
  loop_.on_signal(signal_number, [this, signal_number] {
    if (ended_by_ != 0) ::_exit(128 + signal_number);
    ended_by_ = signal_number;
    for (const auto& [id, running] : running_) {
      if (running.pid > 0) ::kill(running.pid, SIGTERM);
    }
    std::erase_if(running_, [](const auto& entry) { return entry.second.pid == 0; });
  });
}

bool Queue::idle_for_long() {
  return options_.idle > Duration::zero() && running_.empty() &&
         loop_.now() - last_work_ > options_.idle;
}

}  // namespace

int queue_share(const QueueLoad& load) {
  if (load.running_jobs >= load.limits.max_job_managers) return 0;
  const int free = load.limits.max_task_managers - load.running_task_managers;
  if (free <= 0) return 0;
  const int places = load.limits.max_job_managers - load.running_jobs;
  const int sharers = std::max(1, std::min(places, load.waiting_jobs));
  return std::min(load.wanted, std::max(1, free / sharers));
}

Result<int> serve_queue(Loop& loop, store::Store& store, const EnvMap& environment,
                        const QueueOptions& options) {
  return Queue(loop, store, environment, options).serve();
}

bool is_queue_served(const std::string& state_directory) {
  return FileLock::is_held(lock_path(state_directory));
}

Status ensure_queue(const std::string& state_directory, const EnvMap& environment) {
  if (is_queue_served(state_directory)) return {};
  const Fd log = ORCH_TRY(open_append(state_directory + "/queue.log"));
  SpawnSpec spec;
  spec.argv = {self_executable(), "serve-entrypoint", "queue", "--state-dir", state_directory};
  spec.env = environment;
  spec.stderr_fd = log.get();
  spec.own_session = true;
  spec.death_signal = 0;
  ORCH_TRY(spawn(spec));
  constexpr int kLooks = 500;
  for (int look = 0; look < kLooks; ++look) {
    if (is_queue_served(state_directory)) return {};
    ::usleep(10'000);
  }
  return fail(ErrorCode::failed, "the queue runner did not start",
              fmt::format("{}/queue.log says why; the job stays enqueued", state_directory));
}

}  // namespace orch::ops
