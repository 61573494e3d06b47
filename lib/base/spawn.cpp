// spawn() (base/process.h). The child runs in the parent's memory until exec, as with vfork and
// posix_spawn, but on a stack of its own: between clone and exec only plain system calls are safe.
#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/process.h"
#include "base/text.h"

// The sanitizers' own bookkeeping does not survive two processes in one memory: they get fork.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ORCH_SPAWN_BY_FORK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ORCH_SPAWN_BY_FORK 1
#endif
#endif

namespace orch {
namespace {

enum class Step { none, descriptors, directory, exec };

struct Failure {
  Step step = Step::none;
  int reason = 0;
};

// All that the child needs, made by the parent: the child itself must not allocate.
struct Plan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* env = nullptr;
  const char* directory = nullptr;
  std::array<int, 3> descriptors{};
  pid_t parent = 0;
  int death_signal = 0;
  bool own_group = false;
  bool own_session = false;
  int report_fd = -1;  // by fork only; else `failure` is shared memory
  Failure failure;
};

[[noreturn]] void give_up(Plan& plan, Step step) {
  const Failure failure = {step, errno};
  plan.failure = failure;
  if (plan.report_fd >= 0) {
    [[maybe_unused]] const ssize_t put = ::write(plan.report_fd, &failure, sizeof failure);
  }
  ::_exit(127);
}

bool place_descriptors(std::array<int, 3> sources) {
  // First everything out of the way of 0–2, so that no dup2 overwrites a source still needed.
  int null = -1;
  for (int& source : sources) {
    if (source < 0) {
      if (null < 0) null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
      source = null;
    }
    if (source >= 0 && source <= 2) source = ::fcntl(source, F_DUPFD_CLOEXEC, 3);
    if (source < 0) return false;
  }
  for (int target = 0; target < 3; ++target) {
    if (::dup2(sources[static_cast<std::size_t>(target)], target) < 0) return false;
  }
  return true;
}

void reset_signals() {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  // Real-time signals are left alone: nobody handles or ignores them, and 34 more calls cost.
  for (int number = 1; number < 32; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

int run_child(void* argument) {
  Plan& plan = *static_cast<Plan*>(argument);
  if (plan.death_signal != 0) {
    ::prctl(PR_SET_PDEATHSIG, plan.death_signal, 0, 0, 0);
    if (::getppid() != plan.parent) ::_exit(127);  // it died before the call above
  }
  if (plan.own_session) {
    ::setsid();
  } else if (plan.own_group) {
    ::setpgid(0, 0);
  }
  if (!place_descriptors(plan.descriptors)) give_up(plan, Step::descriptors);
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0) give_up(plan, Step::directory);
  // What orch itself inherited from a careless parent. Old kernels cannot; ours are all CLOEXEC.
  ::syscall(SYS_close_range, 3U, UINT_MAX, 1U << 2 /* CLOSE_RANGE_CLOEXEC */);
  reset_signals();
  ::execve(plan.program, plan.argv, plan.env);
  give_up(plan, Step::exec);
}

#ifdef ORCH_SPAWN_BY_FORK
pid_t start(Plan& plan) {
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return -1;
  plan.report_fd = ::fcntl(report[1], F_DUPFD_CLOEXEC, 3);
  const pid_t child = ::fork();
  const int reason = errno;
  if (child == 0) run_child(&plan);
  ::close(report[1]);
  ::close(plan.report_fd);
  if (child > 0) {
    while (::read(report[0], &plan.failure, sizeof plan.failure) < 0 && errno == EINTR) continue;
  }
  ::close(report[0]);
  errno = reason;
  return child;
}
#else
pid_t start(Plan& plan) {
  alignas(64) std::array<char, 32 << 10> stack;
  return ::clone(run_child, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
}
#endif

// Handlers must not run in a child that shares our memory, so everything is blocked around start.
pid_t start_with_signals_blocked(Plan& plan) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = start(plan);
  const int reason = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = reason;
  return child;
}

bool is_regular(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

Error exec_error(const SpawnSpec& spec, const std::string& program, int reason) {
  Error error;
  error.message = errno_text("run", spec.argv[0], reason);
  switch (reason) {
    case ENOENT:
    case ENOTDIR: {
      error.code = ErrorCode::file_not_found;
      const std::string file = resolve(spec.directory, program);
      if (exists(file)) {
        error.message =
            fmt::format("cannot run {}: its interpreter is missing", printable(program));
        error.hint = "check the first line (#!) of the file, or the machine it was built for";
      }
      break;
    }
    case EACCES:
    case EPERM:
      error.code = ErrorCode::permission_denied;
      error.hint = "make it executable (chmod +x), or write its interpreter before it";
      break;
    case ENOEXEC:
      error.code = ErrorCode::invalid_value;
      error.hint = "a script needs an interpreter in its first line, such as #!/bin/sh";
      break;
    case E2BIG:
      error.code = ErrorCode::invalid_value;
      error.hint = "pass fewer or shorter arguments and environment variables";
      break;
    default:
      error.code = ErrorCode::failed;
      break;
  }
  return error;
}

Error start_error(const SpawnSpec& spec, const std::string& program, const Failure& failure) {
  switch (failure.step) {
    case Step::directory:
      return read_error("enter", spec.directory, failure.reason);
    case Step::descriptors:
      return read_error("connect the streams of", spec.argv[0], failure.reason);
    default:
      return exec_error(spec, program, failure.reason);
  }
}

bool holds_nul(const SpawnSpec& spec) {
  const auto bad = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  for (const auto& argument : spec.argv) {
    if (bad(argument)) return true;
  }
  for (const auto& [name, value] : spec.env) {
    if (bad(name) || bad(value)) return true;
  }
  return bad(spec.directory);
}

// A null-terminated array over strings that the caller keeps alive; exec does not change them.
std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (auto& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> entries(const EnvMap& env) {
  std::vector<std::string> out;
  out.reserve(env.size());
  for (const auto& [name, value] : env) {
    std::string& entry = out.emplace_back();
    entry.reserve(name.size() + value.size() + 1);
    entry.append(name).append(1, '=').append(value);
  }
  return out;
}

}  // namespace

std::string find_program(const std::string& name, const EnvMap& env, const std::string& directory) {
  if (name.find('/') != std::string::npos) return name;
  const std::string path = get(env, "PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  std::string unusable;
  for (const auto entry : split(path, ':')) {
    std::string candidate = fmt::format("{}/{}", entry.empty() ? "." : entry, name);
    if (!directory.empty()) candidate = resolve(directory, candidate);
    const bool executable = ::access(candidate.c_str(), X_OK) == 0;
    if (!executable && errno != EACCES) continue;
    if (!is_regular(candidate)) continue;
    if (executable) return candidate;
    if (unusable.empty()) unusable = candidate;
  }
  return unusable;
}

Result<pid_t> spawn(const SpawnSpec& spec) {
  if (spec.argv.empty() || spec.argv[0].empty()) {
    return fail(ErrorCode::invalid_value, "no program to run was given");
  }
  if (holds_nul(spec)) {
    return fail(ErrorCode::invalid_value,
                fmt::format("cannot run {}: an argument or variable holds a NUL byte",
                            printable(spec.argv[0])));
  }
  const std::string program = find_program(spec.argv[0], spec.env, spec.directory);
  if (program.empty()) {
    return fail(ErrorCode::file_not_found,
                fmt::format("cannot run {}: not found in PATH", printable(spec.argv[0])),
                "install it, correct PATH, or write the program with its path");
  }
  std::vector<std::string> arguments = spec.argv;
  std::vector<std::string> variables = entries(spec.env);
  const auto argv = pointers(arguments);
  const auto env = pointers(variables);
  Plan plan;
  plan.program = program.c_str();
  plan.argv = argv.data();
  plan.env = env.data();
  plan.directory = spec.directory.empty() ? nullptr : spec.directory.c_str();
  plan.descriptors = {spec.stdin_fd, spec.stdout_fd, spec.stderr_fd};
  plan.parent = ::getpid();
  plan.death_signal = spec.death_signal;
  plan.own_group = spec.own_group;
  plan.own_session = spec.own_session;

  const pid_t child = start_with_signals_blocked(plan);
  if (child < 0) {
    return fail(ErrorCode::failed, errno_text("start", spec.argv[0], errno),
                "raise the limit of processes (ulimit -u), or free memory");
  }
  if (plan.failure.step == Step::none) return child;
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  return fail(start_error(spec, program, plan.failure));
}

}  // namespace orch
