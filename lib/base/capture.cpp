#include "base/capture.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/text.h"

namespace orch {
namespace {

constexpr std::size_t kKeptErrors = 64 << 10;

// The child and the ends of its pipes; ended with this.
class Child {
 public:
  Child(pid_t pid, Fd out, Fd err) : pid_(pid), out_(std::move(out)), err_(std::move(err)) {}
  ~Child() {
    if (pid_ <= 0) return;
    signal_group(pid_, SIGKILL);
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Until both pipes are at their ends. False when the time is over.
  bool read(std::optional<SteadyTime> end, std::size_t limit, Captured& into) {
    while ((out_ || err_) && into.output.size() <= limit) {
      int timeout = -1;
      if (end) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*end - system_clock().steady());
        if (left.count() <= 0) return false;
        timeout = static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000));
      }
      std::array<pollfd, 2> polled{{{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
      if (::poll(polled.data(), polled.size(), timeout) < 0 && errno != EINTR) break;
      if (polled[0].revents != 0) take(out_, into.output);
      if (polled[1].revents != 0) take(err_, into.errors);
      if (into.errors.size() > kKeptErrors) into.errors.erase(0, into.errors.size() - kKeptErrors);
    }
    return true;
  }

  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  static void take(Fd& fd, std::string& into) {
    std::array<char, 16 << 10> buffer;
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n > 0) into.append(buffer.data(), static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) fd.reset();
  }

  pid_t pid_;
  Fd out_;
  Fd err_;
};

}  // namespace

Result<Captured> capture(SpawnSpec spec, std::optional<Duration> longest, std::size_t limit) {
  Pipe out = ORCH_TRY(make_pipe());
  spec.stdout_fd = out.write.get();
  Pipe err;
  if (spec.stderr_fd < 0) {
    err = ORCH_TRY(make_pipe());
    spec.stderr_fd = err.write.get();
  }
  const std::string name = spec.argv.front();
  std::optional<SteadyTime> end;
  if (longest) end = system_clock().steady() + *longest;
  const pid_t pid = ORCH_TRY(spawn(spec));
  Child child(pid, std::move(out.read), std::move(err.read));
  out.write.reset();
  err.write.reset();
  Captured captured;
  if (!child.read(end, limit, captured)) {
    return fail(ErrorCode::timed_out, fmt::format("{} did not end within {}", printable(name),
                                                  format_duration(*longest)));
  }
  if (captured.output.size() > limit) {
    return fail(ErrorCode::bad_answer,
                fmt::format("{} printed more than {}", printable(name), format_size(limit)));
  }
  captured.wait_status = child.wait();
  return captured;
}

}  // namespace orch
