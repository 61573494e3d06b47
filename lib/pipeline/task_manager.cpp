#include "pipeline/task_manager.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/redact.h"
#include "doc/value.h"
#include "pipeline/frame_port.h"
#include "pipeline/pipeline.h"

namespace orch::pipeline {

namespace {

constexpr std::size_t kMostUnsent = 4 << 20;  // then no new work starts until the runner reads
constexpr Duration kLongestTurn = std::chrono::minutes(1);
constexpr Duration kLastWords = std::chrono::seconds(5);        // for the runner to read them
constexpr Duration kFarewell = std::chrono::milliseconds(500);  // when we were told to end
constexpr int kRunnerGone = 1;

class TaskManager {
 public:
  TaskManager(Loop& loop, const EnvMap& env)
      : loop_(loop), env_(env), port_(loop, [this](const job::Frame& f) { return on_frame(f); }) {}

  Result<int> run(int in_fd, int out_fd);

 private:
  Status on_frame(const job::Frame& frame);
  Status on_version(std::string_view body);
  Status on_stop(std::string_view body);
  std::optional<int> turn();
  std::optional<int> look_at_runner();
  void beat_if_due(SteadyTime now);
  void send_beat();
  void say_failure(Error error);
  void last_words(Duration patience = kLastWords);

  Loop& loop_;
  const EnvMap& env_;
  FramePort port_;
  TaskConfig config_;
  std::unique_ptr<WorkerLog> log_;
  std::unique_ptr<Pipeline> pipeline_;  // once the configuration came
  std::optional<Error> failure_;        // of a stage
  int signal_ = 0;
  bool stopping_ = false;
  bool finishing_ = false;
  SteadyTime next_beat_{};
  std::optional<SteadyTime> wake_;
};

Result<int> TaskManager::run(int in_fd, int out_fd) {
  ::signal(SIGPIPE, SIG_IGN);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    loop_.on_signal(number, [this, number] { signal_ = number; });
  }
  ORCH_TRY(port_.open(in_fd, out_fd));
  job::append_version(port_.out(), "{\"pid\":" + std::to_string(::getpid()) + "}");
  port_.flush();
  while (true) {
    const SteadyTime now = loop_.clock().steady();
    Duration longest = kLongestTurn;
    if (wake_) longest = std::min<Duration>(longest, std::max<Duration>(*wake_ - now, {}));
    loop_.run_once(longest);
    const std::optional<int> status = turn();
    if (log_) log_->flush();
    if (!status) continue;
    if (log_) log_->close();
    if (port_.error()) return fail(*port_.error());
    return *status;
  }
}

// What follows from one turn of the loop; a status when it was the last.
std::optional<int> TaskManager::turn() {
  if (const auto status = look_at_runner()) {
    if (pipeline_) pipeline_->kill();
    if (pipeline_ && signal_ != 0) {
      send_beat();  // of what was done until now
      last_words(kFarewell);
    }
    return status;
  }
  if (!pipeline_) return std::nullopt;
  const SteadyTime now = loop_.now();
  if (!failure_) wake_ = pipeline_->pump(now, port_.unsent() < kMostUnsent);
  if (!failure_) failure_ = pipeline_->failure();
  if (failure_) {
    pipeline_->kill();
    say_failure(*failure_);
    return traits(ErrorCode::stage_failed).exit_status;
  }
  if (stopping_ && pipeline_->idle() && !finishing_) {
    finishing_ = true;
    pipeline_->finish(now);
    sooner(wake_, pipeline_->pump(now, false));
  }
  if (finishing_ && pipeline_->finished()) {
    send_beat();
    last_words();
    return 0;
  }
  beat_if_due(now);
  port_.flush();
  return std::nullopt;
}

std::optional<int> TaskManager::look_at_runner() {
  if (signal_ != 0) return 128 + signal_;
  if (port_.error()) {
    say_failure(*port_.error());
    return traits(port_.error()->code).exit_status;
  }
  if (port_.out_closed() || (port_.in_closed() && !stopping_)) return kRunnerGone;
  return std::nullopt;
}

Status TaskManager::on_frame(const job::Frame& frame) {
  if ((frame.type == job::FrameType::version) == (pipeline_ != nullptr)) {
    return fail(ErrorCode::bad_answer, "a version frame must come first, and once");
  }
  switch (frame.type) {
    case job::FrameType::version:
      return on_version(frame.body);
    case job::FrameType::grant:
      return pipeline_->grant(frame.body);
    case job::FrameType::stop:
      return on_stop(frame.body);
    default:
      return fail(ErrorCode::bad_answer, "a frame came that only task managers send");
  }
}

Status TaskManager::on_version(std::string_view body) {
  const std::string_view json = ORCH_TRY(job::read_version(body));
  config_ = ORCH_TRY(parse_task_config(json));
  for (const auto& [name, value] : config_.env) {
    if (is_credential_variable(name)) register_secret(value);
  }
  log_ = std::make_unique<WorkerLog>(STDERR_FILENO, config_.task_manager, log_limit(env_),
                                     loop_.clock());
  next_beat_ = loop_.now() + config_.keep_alive_interval;
  pipeline_ = std::make_unique<Pipeline>(loop_, config_, env_, *log_, port_.out());
  if (Status started = pipeline_->start(); !started) failure_ = std::move(started).error();
  return {};
}

Status TaskManager::on_stop(std::string_view body) {
  const job::Stop stop = ORCH_TRY(job::read_stop(body));
  if (stop.split == job::kAllSplits) {
    stopping_ = true;
  } else {
    pipeline_->revoke(stop.split);
  }
  return {};
}

void TaskManager::beat_if_due(SteadyTime now) {
  if (!config_.keep_alive) return;
  if (now >= next_beat_) {
    send_beat();
    next_beat_ = now + config_.keep_alive_interval;
  }
  sooner(wake_, next_beat_);
}

void TaskManager::send_beat() { job::append_beat(port_.out(), job::to_json(pipeline_->beat())); }

// Tells the runner why this is the end.
void TaskManager::say_failure(Error error) {
  doc::Value reason;
  reason.set("code", std::string(traits(error.code).name));
  reason.set("message", error.message);
  if (!error.hint.empty()) reason.set("hint", error.hint);  // the runner knows the job, and hints
  doc::Value::Array lines;
  for (std::string& line : error.details) lines.emplace_back(std::move(line));
  if (!lines.empty()) reason.set("details", std::move(lines));
  if (pipeline_) send_beat();
  job::append_stop(port_.out(), job::kAllSplits, doc::to_json(reason));
  last_words();
}

// Blocks, for a while, until the runner has read everything.
void TaskManager::last_words(Duration patience) {
  const SteadyTime until = loop_.clock().steady() + patience;
  port_.flush();
  while (port_.unsent() > 0 && !port_.out_closed() && loop_.clock().steady() < until) {
    loop_.run_once(std::chrono::milliseconds(100));
  }
}

}  // namespace

Result<int> run_task_manager(Loop& loop, int in_fd, int out_fd, const EnvMap& env) {
  TaskManager task_manager(loop, env);
  return task_manager.run(in_fd, out_fd);
}

}  // namespace orch::pipeline
