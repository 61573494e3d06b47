#include "control/python_sdk.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/log.h"
#include "base/process.h"
#include "base/redact.h"
#include "base/text.h"
#include "control/fiftyone_sdk_script.h"

namespace orch::control {
namespace {

constexpr std::size_t kLongestAnswer = 16 << 20;
constexpr std::size_t kKeptNoise = 4 << 10;

Error error_of(ErrorCode code, const std::string& message, std::string hint) {
  Error error;
  error.code = code;
  error.message = redact(message);
  error.hint = std::move(hint);
  error.provider = "fiftyone";
  return error;
}

Error missing_sdk(const doc::Value& answer, const std::string& python) {
  const std::string module = answer.text("module");
  const std::string hint =
      "install FiftyOne Enterprise's package for that interpreter, name another with --python or "
      "ORCH_FIFTYONE_PYTHON, or run the snippet of --emit-python where the SDK is";
  if (module == "fiftyone.management") {
    return error_of(
        ErrorCode::unsupported,
        fmt::format("{} has the open-source fiftyone, not FiftyOne Enterprise's", python), hint);
  }
  return error_of(
      ErrorCode::unsupported,
      fmt::format("{} has no FiftyOne management SDK: {}", python, answer.text("message")), hint);
}

Error failure_of(std::string_view call, const doc::Value& answer, const std::string& python) {
  const std::string kind = answer.text("kind");
  std::string message = fmt::format("{}: {}", call, printable(answer.text("message")));
  if (const std::string cause = answer.text("cause"); !cause.empty()) {
    message += fmt::format(" ({})", printable(cause));
  }
  if (kind == "sdk_missing" || kind == "sdk_import_failed") return missing_sdk(answer, python);
  if (kind == "unsupported") {
    return error_of(ErrorCode::unsupported, fmt::format("this FiftyOne SDK has no {}", call),
                    "use the SDK of the deployment's version");
  }
  if (kind == "auth") {
    return error_of(ErrorCode::not_authenticated, message,
                    "check FIFTYONE_API_KEY; keys belong to one deployment");
  }
  if (kind == "forbidden") {
    return error_of(ErrorCode::permission_denied, message,
                    "orchestrators and secrets need an admin's key");
  }
  if (kind == "timeout") return error_of(ErrorCode::timed_out, message, {});
  if (kind == "unreachable")
    return error_of(ErrorCode::unreachable, message, "check FIFTYONE_API_URI and the network");
  if (kind == "config")
    return error_of(ErrorCode::invalid_setting, message,
                    "check FIFTYONE_API_URI and FIFTYONE_API_KEY");
  if (kind == "invalid") return error_of(ErrorCode::invalid_value, message, {});
  return error_of(ErrorCode::remote_failed, message,
                  "try again later; the deployment's API logs say more");
}

}  // namespace

// The process and its three pipes.
struct PythonSdk::Child {
  pid_t pid = -1;
  Fd in;
  Fd out;
  Fd err;
  std::string answers;  // read and not yet used
  std::string noise;    // the last of what it said on standard error

  ~Child() {
    in.reset();
    signal_group(pid, SIGKILL);
    while (pid > 0 && ::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  // Reads what is there. False at the end.
  bool take_answers() {
    std::array<char, 16 << 10> buffer;
    const ssize_t n = ::read(out.get(), buffer.data(), buffer.size());
    if (n > 0) answers.append(buffer.data(), static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
  }

  void take_noise() {
    std::array<char, 16 << 10> buffer;
    const ssize_t n = ::read(err.get(), buffer.data(), buffer.size());
    if (n == 0) err.reset();
    if (n <= 0) return;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
    log_debug("FiftyOne SDK: " + redact(trim(text)));
    noise.append(text);
    if (noise.size() > kKeptNoise) noise.erase(0, noise.size() - kKeptNoise);
  }

  std::string last_words() const {
    const std::string_view said = trim(noise);
    return std::string(said.substr(said.rfind('\n') + 1));
  }
};

PythonSdk::PythonSdk(FiftyOneSettings settings, EnvMap environment,
                     std::function<void(std::string_view)> note)
    : settings_(std::move(settings)),
      environment_(std::move(environment)),
      note_(std::move(note)) {}

PythonSdk::~PythonSdk() = default;

Status PythonSdk::start() {
  if (child_) return {};
  if (note_) note_("starting FiftyOne's Python SDK …");
  Pipe in = ORCH_TRY(make_pipe());
  Pipe out = ORCH_TRY(make_pipe());
  Pipe err = ORCH_TRY(make_pipe());
  SpawnSpec spec;
  spec.argv = {settings_.python, "-c", std::string(kFiftyOneSdkScript)};
  spec.env = child_environment(environment_, {{"FIFTYONE_API_URI", settings_.api_uri},
                                              {"FIFTYONE_API_KEY", settings_.api_key}});
  spec.stdin_fd = in.read.get();
  spec.stdout_fd = out.write.get();
  spec.stderr_fd = err.write.get();
  auto pid = spawn(spec);
  if (!pid) {
    pid.error().hint =
        "name the interpreter that has FiftyOne's SDK with --python or ORCH_FIFTYONE_PYTHON";
  }
  auto child = std::make_unique<Child>();
  child->pid = ORCH_TRY(pid);
  child->in = std::move(in.write);
  child->out = std::move(out.read);
  child->err = std::move(err.read);
  for (const int fd : {child->in.get(), child->out.get(), child->err.get()})
    ORCH_TRY(set_nonblocking(fd));
  child_ = std::move(child);
  auto capabilities = exchange("the SDK's start", {});
  if (!capabilities) child_.reset();
  capabilities_ = ORCH_TRY(std::move(capabilities));
  return {};
}

Result<doc::Value> PythonSdk::capabilities() {
  ORCH_TRY(start());
  return capabilities_;
}

Result<doc::Value> PythonSdk::call(std::string_view name, doc::Value arguments) {
  ORCH_TRY(start());
  if (arguments.is_null()) arguments = doc::Value::Object{};
  doc::Value request;
  request.set("call", name);
  request.set("arguments", std::move(arguments));
  auto answer = exchange(name, doc::to_json(request) + "\n");
  // After these the child may still be at work on the call: its next answer would be this one's.
  if (!answer && (answer.error().code == ErrorCode::timed_out ||
                  answer.error().code == ErrorCode::bad_answer)) {
    child_.reset();
  }
  return answer;
}

Result<doc::Value> PythonSdk::exchange(std::string_view name, const std::string& line) {
  const SteadyTime deadline = system_clock().steady() + kLongestCall;
  std::size_t written = 0;
  std::size_t end = 0;
  while ((end = child_->answers.find('\n')) == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - system_clock().steady());
    if (left.count() <= 0) {
      return fail(
          error_of(ErrorCode::timed_out,
                   fmt::format("{} did not end within {}", name, format_duration(kLongestCall)),
                   "look with `orch describe` whether it was done"));
    }
    std::array<pollfd, 3> watched = {
        pollfd{child_->out.get(), POLLIN, 0},
        pollfd{child_->err ? child_->err.get() : -1, POLLIN, 0},
        pollfd{written < line.size() ? child_->in.get() : -1, POLLOUT, 0}};
    if (::poll(watched.data(), watched.size(), static_cast<int>(left.count())) < 0 &&
        errno != EINTR)
      break;
    if (watched[2].revents != 0) {
      const ssize_t n = ::write(child_->in.get(), line.data() + written, line.size() - written);
      written = n > 0                     ? written + static_cast<std::size_t>(n)
                : n < 0 && errno == EPIPE ? line.size()
                                          : written;
    }
    if (watched[1].revents != 0) child_->take_noise();
    const bool goes_on = watched[0].revents == 0 || child_->take_answers();
    if (!goes_on || child_->answers.size() > kLongestAnswer) {
      return fail(error_of(ErrorCode::bad_answer,
                           fmt::format("{}: the Python SDK ended without an answer: {}", name,
                                       printable(child_->last_words())),
                           "run again with --debug to see all it printed"));
    }
  }
  const std::string text = child_->answers.substr(0, end);
  child_->answers.erase(0, end + 1);
  const auto answer = doc::parse_json(text, "the SDK's answer");
  const doc::Value* ok = answer ? answer->find("ok") : nullptr;
  if (ok == nullptr || ok->boolean() == nullptr) {
    return fail(error_of(ErrorCode::bad_answer,
                         fmt::format("{}: the Python SDK's answer is none", name), {}));
  }
  if (!*ok->boolean()) return fail(failure_of(name, *answer, settings_.python));
  const doc::Value* result = answer->find("result");
  return result != nullptr ? *result : doc::Value();
}

}  // namespace orch::control
