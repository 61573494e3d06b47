#include "ops/command_job.h"

#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/text.h"
#include "ops/errors.h"
#include "ops/job_directory.h"
#include "ops/job_view.h"

namespace orch::ops {
namespace {

constexpr auto kGrace = std::chrono::seconds(5);
constexpr auto kLookForCancel = std::chrono::milliseconds(500);

// The program's name as a job name: its last path component, other characters as dashes.
std::string job_name(std::string_view program) {
  std::string name(program.substr(program.rfind('/') + 1));
  for (char& c : name) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
    if (!fine) c = '-';
  }
  constexpr std::size_t kLongest = 60;
  name.resize(std::min(name.size(), kLongest));
  return name.empty() || name.front() == '.' || name.front() == '-' ? "command" + name : name;
}

std::string log_path(const store::JobRow& row) { return row.directory + "/logs/command.log"; }

struct CommandSpec {
  std::vector<std::string> argv;
  std::string directory;
};

Result<CommandSpec> read_spec(const store::JobRow& row) {
  const doc::Value value = ORCH_TRY(doc::parse_json(row.spec_json, row.id));
  CommandSpec spec;
  if (const doc::Value* argv = value.find("argv"); argv != nullptr && argv->array() != nullptr) {
    for (const doc::Value& word : *argv->array()) {
      if (word.string() != nullptr) spec.argv.push_back(*word.string());
    }
  }
  if (const doc::Value* directory = value.find("directory"); directory && directory->string()) {
    spec.directory = *directory->string();
  }
  if (spec.argv.empty()) return fail(ErrorCode::bug, row.id + " holds no command");
  return spec;
}

// The child with both its streams, until it has exited and both are at their end.
class CommandRun {
 public:
  CommandRun(Loop& loop, const CommandIo& io, Fd log)
      : loop_(loop), io_(io), log_(std::move(log)) {}
  ~CommandRun() {
    for (Stream* stream : {&out_, &err_}) {
      if (stream->fd) loop_.unwatch(stream->fd.get());
    }
    for (const Loop::TimerId timer : timers_) loop_.cancel(timer);
    loop_.cancel(look_timer_);
  }
  CommandRun(const CommandRun&) = delete;
  CommandRun& operator=(const CommandRun&) = delete;

  Status start(const CommandSpec& command, const EnvMap& environment);
  // Signals to orch, the time-out and cancel requests end it.
  void watch_for_ends(store::Store& store, const std::string& id);
  // Ends the command's group: TERM, then KILL after a grace. The first reason stands.
  void end(Error reason);
  bool over() const { return pid_ <= 0 && !out_.fd && !err_.fd; }
  int wait_status() const { return wait_status_; }
  const std::optional<Error>& ended_by() const { return ended_by_; }

 private:
  struct Stream {
    Fd fd;
    const std::function<Status(std::string_view)>* sink = nullptr;
  };
  Status watch(Stream& stream, Fd fd, const std::function<Status(std::string_view)>& sink);
  void read_some(Stream& stream);
  void look_for_cancel(store::Store& store, const std::string& id);

  Loop& loop_;
  const CommandIo& io_;
  Fd log_;
  Stream out_;
  Stream err_;
  pid_t pid_ = -1;
  int wait_status_ = 0;
  std::optional<Error> ended_by_;
  std::vector<Loop::TimerId> timers_;
  Loop::TimerId look_timer_ = 0;
};

Status CommandRun::start(const CommandSpec& command, const EnvMap& environment) {
  Pipe out = ORCH_TRY(make_pipe());
  Pipe err = ORCH_TRY(make_pipe());
  SpawnSpec spec;
  spec.argv = command.argv;
  spec.env = child_environment(environment, {});
  spec.directory = command.directory;
  spec.stdin_fd = io_.pass_stdin ? 0 : -1;
  spec.stdout_fd = out.write.get();
  spec.stderr_fd = err.write.get();
  pid_ = ORCH_TRY(spawn(spec));
  ORCH_TRY(watch(out_, std::move(out.read), io_.out));
  ORCH_TRY(watch(err_, std::move(err.read), io_.err));
  loop_.on_exit(pid_, [this](int status) {
    pid_ = -1;
    wait_status_ = status;
    // What it left running may hold the streams open; the command itself is over.
    constexpr auto kDrain = std::chrono::milliseconds(500);
    timers_.push_back(loop_.after(kDrain, [this] {
      for (Stream* stream : {&out_, &err_}) {
        if (stream->fd) loop_.unwatch(stream->fd.get());
        stream->fd.reset();
      }
    }));
  });
  return {};
}

Status CommandRun::watch(Stream& stream, Fd fd,
                         const std::function<Status(std::string_view)>& sink) {
  stream.fd = std::move(fd);
  stream.sink = &sink;
  ORCH_TRY(set_nonblocking(stream.fd.get()));
  return loop_.watch(stream.fd.get(), Loop::kRead,
                     [this, &stream](std::uint32_t) { read_some(stream); });
}

void CommandRun::read_some(Stream& stream) {
  std::array<char, 64 << 10> buffer;
  const ssize_t n = ::read(stream.fd.get(), buffer.data(), buffer.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) {
    loop_.unwatch(stream.fd.get());
    stream.fd.reset();
    return;
  }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
  Status written = write_all(log_.get(), bytes, "the command's log");
  if (written && *stream.sink) written = (*stream.sink)(bytes);
  if (!written) end(std::move(written).error());
}

void CommandRun::end(Error reason) {
  if (ended_by_) return;
  ended_by_ = std::move(reason);
  if (pid_ <= 0) return;
  signal_group(pid_, SIGTERM);
  timers_.push_back(loop_.after(kGrace, [this] {
    if (pid_ > 0) signal_group(pid_, SIGKILL);
  }));
}

void CommandRun::watch_for_ends(store::Store& store, const std::string& id) {
  const auto on = [&](int number, ErrorCode code) {
    loop_.on_signal(number, [this, number, code] {
      if (ended_by_) ::_exit(128 + number);
      end({code, "the command was ended by a signal to orch", "run it again", {}, {}, {}});
    });
  };
  on(SIGINT, ErrorCode::interrupted);
  on(SIGTERM, ErrorCode::terminated);
  if (io_.timeout) {
    timers_.push_back(loop_.after(*io_.timeout, [this] {
      end({ErrorCode::timed_out,
           fmt::format("the command was not done after {}", format_duration(*io_.timeout)),
           "give it more time with --timeout",
           {},
           {},
           {}});
    }));
  }
  look_for_cancel(store, id);
}

void CommandRun::look_for_cancel(store::Store& store, const std::string& id) {
  look_timer_ = loop_.after(kLookForCancel, [this, &store, id] {
    const Result<bool> cancelled = store.cancel_requested(id);
    if (cancelled && *cancelled) {
      end({ErrorCode::cancelled, id + " was cancelled", "submit it again", {}, {}, {}});
    }
    look_for_cancel(store, id);
  });
}

std::optional<Error> failure_of(const CommandReport& report) {
  if (report.exit_status == 0) return std::nullopt;
  const std::string how = report.signal != 0 ? describe_wait_status(report.signal)
                                             : fmt::format("exit status {}", report.exit_status);
  return Error{
      ErrorCode::command_failed, fmt::format("the command failed: {}", how), {}, {}, {}, {}};
}

}  // namespace

Result<store::JobRow> create_command_job(store::Store& store, const std::vector<std::string>& argv,
                                         const std::string& directory, bool enqueue, Random& random,
                                         WallTime now) {
  store::JobRow row;
  row.name = job_name(argv.front());
  constexpr int kIdLength = 8;
  row.id = fmt::format("{}-{}", row.name, random_id(random, kIdLength));
  row.directory = store.job_directory(row.id);
  row.total = 1;
  row.enqueued = enqueue;
  row.created_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  doc::Value spec;
  spec.set("kind", "Command");
  doc::Value::Array words;
  for (const std::string& word : argv) words.emplace_back(word);
  spec.set("argv", std::move(words));
  spec.set("directory", directory);
  row.spec_json = doc::to_json(spec);
  JobDirectory made = ORCH_TRY(JobDirectory::create(store, row.id));
  ORCH_TRY(make_directories(row.directory + "/logs"));
  ORCH_TRY(store.add_job(row));
  made.keep();
  return row;
}

bool is_command_job(const store::JobRow& row) {
  const auto value = doc::parse_json(row.spec_json, row.id);
  const doc::Value* kind = value ? value->find("kind") : nullptr;
  return kind != nullptr && kind->string() != nullptr && *kind->string() == "Command";
}

Result<CommandReport> run_command_job(Loop& loop, store::Store& store, const store::JobRow& row,
                                      const EnvMap& environment, const CommandIo& io) {
  const FileLock lock = ORCH_TRY(FileLock::acquire(row.directory + "/lock"));
  const CommandSpec command = ORCH_TRY(read_spec(row));
  CommandReport report;
  report.log = log_path(row);
  CommandRun run(loop, io, ORCH_TRY(open_append(report.log)));
  ORCH_TRY(store.set_running(row.id, ::getpid(), now_ms(loop.clock())));
  const SteadyTime started = loop.now();
  if (Status begun = run.start(command, environment); begun) {
    run.watch_for_ends(store, row.id);
    while (!run.over()) loop.run_once(std::chrono::seconds(1));
    report.exit_status = exit_status_of(run.wait_status());
    if (WIFSIGNALED(run.wait_status())) report.signal = WTERMSIG(run.wait_status());
    report.error = run.ended_by() ? run.ended_by() : failure_of(report);
  } else {
    constexpr int kNotFound = 127;
    constexpr int kNotExecutable = 126;
    report.exit_status =
        begun.error().code == ErrorCode::file_not_found ? kNotFound : kNotExecutable;
    report.error = std::move(begun).error();
  }
  report.ms = std::chrono::duration_cast<std::chrono::milliseconds>(loop.clock().steady() - started)
                  .count();

  const bool fine = !report.error;
  ORCH_TRY(store.write_checkpoint(
      row.id, {.log_bytes = 0, .ok = fine ? 1u : 0u, .failed = fine ? 0u : 1u}, {}));
  const bool cancelled = report.error && report.error->code == ErrorCode::cancelled;
  const store::JobState state = fine        ? store::JobState::done
                                : cancelled ? store::JobState::cancelled
                                            : store::JobState::failed;
  ORCH_TRY(
      store.set_state(row.id, state, fine ? "" : error_json(*report.error), now_ms(loop.clock())));
  if (auto now = ORCH_TRY(store.job(row.id))) report.row = std::move(*now);
  return report;
}

doc::Value to_value(const CommandReport& report) {
  doc::Value value = to_value(report.row);
  value.set("exit_status", report.exit_status);
  value.set("signal", report.signal == 0 ? doc::Value(nullptr) : doc::Value(report.signal));
  value.set("ms", report.ms);
  value.set("log", report.log);
  return value;
}

}  // namespace orch::ops
