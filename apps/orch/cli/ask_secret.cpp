#include "cli/ask_secret.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace orch::cli {
namespace {

// No echo while it lives; the keys that would end or stop us wait until the echo is back.
class Silence {
 public:
  explicit Silence(int fd) : fd_(fd) {
    sigset_t held;
    ::sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGTSTP, SIGQUIT}) ::sigaddset(&held, number);
    ::pthread_sigmask(SIG_BLOCK, &held, &mask_before_);
    is_terminal_ = ::tcgetattr(fd, &before_) == 0;
    termios silent = before_;
    // Ctrl-C arrives as a byte: it ends the question and then acts as ever.
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    if (is_terminal_) ::tcsetattr(fd, TCSAFLUSH, &silent);
  }
  ~Silence() {
    if (is_terminal_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int fd_;
  bool is_terminal_ = false;
  termios before_{};
  sigset_t mask_before_{};
};

constexpr char kInterrupt = 3;  // Ctrl-C
constexpr std::size_t kLongest = 64 << 10;

}  // namespace

Result<std::string> ask_secret(std::string_view question) {
  const Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) {
    return fail(ErrorCode::secret_unavailable,
                fmt::format("{}: there is no terminal to ask at", question),
                "give it with env:VAR, file:PATH or stdin");
  }
  std::string value;
  char c = 0;
  {
    const Silence silence(terminal.get());
    ORCH_TRY(write_all(terminal.get(), fmt::format("orch: {}: ", printable(question)), "/dev/tty"));
    while (value.size() < kLongest && ::read(terminal.get(), &c, 1) == 1 && c != '\n' &&
           c != kInterrupt) {
      value += c;
    }
    ORCH_TRY(write_all(terminal.get(), "\n", "/dev/tty"));
  }
  if (c == kInterrupt) return fail(ErrorCode::interrupted, "nothing was changed");
  if (value.empty()) {
    return fail(ErrorCode::secret_unavailable, fmt::format("{}: nothing was typed", question));
  }
  return value;
}

}  // namespace orch::cli
