#include "driver.h"

#include <dirent.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "base/process.h"
#include "pipeline/task_manager.h"

namespace orch::test {

namespace {

constexpr std::size_t kParsedUpTo = 64 << 10;  // megabytes would cost a debug build seconds

constexpr std::string_view kPrelude = R"(import json, os, signal, sys, time
def say(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
def log(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
def lines():
    for line in iter(sys.stdin.readline, ""):
        yield json.loads(line)
)";

std::string member(const doc::Value& value, std::string_view object, std::string_view key) {
  const doc::Value* outer = value.find(object);
  const doc::Value* inner = outer != nullptr ? outer->find(key) : nullptr;
  return inner != nullptr && inner->string() != nullptr ? *inner->string() : "";
}

}  // namespace

std::string ResultLine::error_code() const { return member(value, "error", "code"); }
std::string ResultLine::error_message() const { return member(value, "error", "message"); }

std::int64_t ResultLine::attempts() const {
  const doc::Value* error = value.find("error");
  const doc::Value* count = error != nullptr ? error->find("attempts") : nullptr;
  return count != nullptr && count->integer() != nullptr ? *count->integer() : 0;
}

std::string ResultLine::result() const {
  const doc::Value* found = value.find("result");
  return found != nullptr ? doc::to_json(*found) : "";
}

Driver::Driver() {
  config.job_id = "job-1";
  config.base_directory = directory.path();
  config.working_dir = directory.path();
  config.env = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  config.keep_alive = false;
  config.stop_grace = std::chrono::seconds(2);
  env = {{"ORCH_TMPDIR", directory.path()}};
}

Driver::~Driver() {
  if (pid_ > 0 && exit_status_ < 0) {
    ::kill(pid_, SIGKILL);
    wait_exit();
  }
}

std::string Driver::script(std::string_view name, std::string_view text) const {
  std::string path = directory.write(name, text);
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  return path;
}

std::vector<std::string> Driver::python(std::string_view body) const {
  const std::string name = "worker" + std::to_string(++scripts_) + ".py";
  return {"python3", "-S", script(name, std::string(kPrelude) + std::string(body))};
}

job::StageSpec& Driver::add_run(std::string_view name, std::vector<std::string> argv) {
  job::StageSpec& stage = config.stages.emplace_back();
  stage.name = name;
  stage.argv = std::move(argv);
  return stage;
}

job::StageSpec& Driver::add_exec(std::string_view name, std::vector<std::string> argv) {
  job::StageSpec& stage = add_run(name, std::move(argv));
  stage.kind = job::StageSpec::Kind::exec;
  return stage;
}

void Driver::start() {
  auto to = make_pipe();
  auto from = make_pipe();
  REQUIRE(to);
  REQUIRE(from);
  const std::string log_path = directory.path() + "/task-manager.log";
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    to->write.reset();
    from->read.reset();
    const int log_fd = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log_fd, STDERR_FILENO);
    ::close(log_fd);
    int status = 99;
    {
      Loop loop;
      const auto result = pipeline::run_task_manager(loop, to->read.get(), from->write.get(), env);
      if (result) status = *result;
    }
    ::_exit(status);
  }
  to_ = std::move(to->write);
  from_ = std::move(from->read);
  ::signal(SIGPIPE, SIG_IGN);
  std::string frames;
  job::append_version(frames, to_json(config));
  send(frames);
}

void Driver::grant(std::uint32_t split, const std::vector<std::string>& inputs,
                   std::uint64_t first_index) {
  std::vector<std::string> records;
  for (const std::string& input : inputs) {
    std::string record = "{\"input\":";
    doc::append_json_string(record, input);
    records.push_back(record + "}");
  }
  grant_records(split, records, first_index);
}

void Driver::grant_records(std::uint32_t split, const std::vector<std::string>& records,
                           std::uint64_t first_index) {
  job::Grant grant{.split = split, .attempt = 1, .items = {}};
  for (const std::string& record : records) grant.items.push_back({first_index++, record});
  std::string frames;
  job::append_grant(frames, grant);
  send(frames);
}

void Driver::stop(std::uint32_t split) {
  std::string frames;
  job::append_stop(frames, split);
  send(frames);
}

void Driver::close_input() { to_.reset(); }

void Driver::send(std::string_view bytes) { (void)write_all(to_.get(), bytes, "task manager"); }

bool Driver::read_some(std::chrono::steady_clock::time_point deadline) {
  if (closed) return false;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd waiting{from_.get(), POLLIN, 0};
  if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
  std::array<char, 65536> chunk;
  const ssize_t count = ::read(from_.get(), chunk.data(), chunk.size());
  if (count <= 0) {
    closed = true;
    return false;
  }
  decoder_.feed({chunk.data(), static_cast<std::size_t>(count)});
  while (true) {
    auto frame = decoder_.next();
    REQUIRE(frame);
    if (!*frame) return true;
    take(**frame);
  }
}

void Driver::take(const job::Frame& frame) {
  if (frame.type == job::FrameType::line) {
    const auto line = job::read_line(frame.body);
    REQUIRE(line);
    ++line_count;
    ResultLine& kept = lines[line->index];
    kept = {line->split, line->ok, std::string(line->text), {}};
    if (line->text.size() > kParsedUpTo) return;
    auto value = doc::parse_json(line->text);
    REQUIRE(value);
    kept.value = std::move(*value);
  } else if (frame.type == job::FrameType::end) {
    ends.push_back(*job::read_end(frame.body));
  } else if (frame.type == job::FrameType::beat) {
    auto beat = job::parse_beat(frame.body);
    REQUIRE(beat);
    beats.push_back(std::move(*beat));
  } else if (frame.type == job::FrameType::stop) {
    const auto stop = job::read_stop(frame.body);
    REQUIRE(stop);
    auto value = doc::parse_json(stop->json);
    REQUIRE(value);
    stopped = std::move(*value);
  }
}

bool Driver::read_until_end(std::uint32_t split) {
  return read([&] { return std::find(ends.begin(), ends.end(), split) != ends.end(); });
}

int Driver::finish() {
  stop();
  read([] { return false; });
  CHECK(closed);
  return wait_exit();
}

int Driver::wait_exit() {
  if (exit_status_ >= 0) return exit_status_;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  exit_status_ = exit_status_of(status);
  return exit_status_;
}

std::string Driver::log() const {
  const auto text = read_file(directory.path() + "/task-manager.log");
  return text ? *text : "";
}

bool all_gone(std::string_view needle) {
  for (int attempt = 0; attempt < 500; ++attempt) {
    bool found = false;
    DIR* directory = ::opendir("/proc");
    while (const dirent* entry = ::readdir(directory)) {
      const auto command = read_file("/proc/" + std::string(entry->d_name) + "/cmdline");
      if (command && command->find(needle) != std::string::npos) found = true;
    }
    ::closedir(directory);
    if (!found) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::string show(const doc::Value& value) { return doc::to_json(value); }

}  // namespace orch::test
