#include "entrypoint/child.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "base/log.h"
#include "base/process.h"
#include "base/text.h"
#include "entrypoint/relay.h"

namespace orch::entrypoint {
namespace {

constexpr auto kLook = std::chrono::milliseconds(10);
constexpr auto kLeftoverGrace = std::chrono::seconds(2);
constexpr auto kLongWait = std::chrono::hours(1);

bool same_file(int a, int b) {
  struct stat one {};
  struct stat other {};
  return ::fstat(a, &one) == 0 && ::fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

// Any child at all, orphans that became ours included, is alive or waits to be reaped.
bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// The terminal's foreground group, so that the child may read from it and Ctrl-C reaches it.
class Foreground {
 public:
  explicit Foreground(pid_t group) {
    if (::isatty(STDIN_FILENO) != 1 || ::tcgetpgrp(STDIN_FILENO) != ::getpgrp()) return;
    before_ = ::getpgrp();
    give(group);
    ::kill(-group, SIGCONT);  // it may have been quicker than we, and stopped
  }
  ~Foreground() {
    if (before_ > 0) give(before_);
  }
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;

 private:
  // A background process that does this is stopped by SIGTTOU unless that is blocked.
  static void give(pid_t group) {
    sigset_t output;
    sigset_t before;
    ::sigemptyset(&output);
    ::sigaddset(&output, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &output, &before);
    ::tcsetpgrp(STDIN_FILENO, group);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
  }
  pid_t before_ = 0;
};

class Run {
 public:
  Run(Loop& loop, const ChildOptions& options)
      : loop_(loop),
        options_(options),
        out_(loop, STDOUT_FILENO, "standard output"),
        err_(loop, STDERR_FILENO, "standard error") {}
  ~Run() { loop_.cancel(kill_timer_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Result<ChildReport> run() {
    become_subreaper();
    for (int number = 1; number <= SIGTERM; ++number) {
      if (number != SIGKILL) loop_.on_signal(number, [this, number] { forward(number); });
    }
    loop_.reap_strangers({});
    ORCH_TRY(start());
    {
      const Foreground foreground(child_);
      if (options_.timeout) {
        loop_.after(*options_.timeout, [this] {
          report_.timed_out = alive_;
          terminate(SIGTERM);
        });
      }
      while (alive_) loop_.run_once(kLongWait);
    }
    loop_.cancel(kill_timer_);
    end_leftovers();
    drain();
    ConflictScanner both = out_.scanner();
    both.add(err_.scanner());
    report_.hints = both.hints();
    report_.output = !out_.status() ? out_.status() : err_.status();
    return std::move(report_);
  }

 private:
  Status start() {
    Fd out;
    Fd err;
    const bool one_pipe = same_file(STDOUT_FILENO, STDERR_FILENO);
    const bool relays_out = ::isatty(STDOUT_FILENO) != 1;
    const bool relays_err = ::isatty(STDERR_FILENO) != 1 && !(relays_out && one_pipe);
    if (relays_out) out = ORCH_TRY(out_.open());
    if (relays_err) err = ORCH_TRY(err_.open());
    SpawnSpec spec;
    spec.argv = options_.argv;
    spec.env = options_.env;
    spec.stdin_fd = STDIN_FILENO;
    spec.stdout_fd = relays_out ? out.get() : STDOUT_FILENO;
    spec.stderr_fd = relays_err ? err.get() : relays_out && one_pipe ? out.get() : STDERR_FILENO;
    child_ = ORCH_TRY(spawn(spec));
    alive_ = true;
    loop_.on_exit(child_, [this](int status) {
      alive_ = false;
      report_.wait_status = status;
    });
    if (relays_out) ORCH_TRY(out_.start());
    if (relays_err) ORCH_TRY(err_.start());
    return {};
  }

  void forward(int number) {
    // Our own write to a pipe without a reader raises it, too: the child meets its own.
    if (number == SIGPIPE && (!out_.status() || !err_.status())) return;
    if (!alive_) {
      gives_up_ = gives_up_ || number == SIGTERM || number == SIGINT;
      return;
    }
    if (number == SIGTERM || number == SIGINT) return terminate(number);
    signal_group(child_, number);
  }

  void terminate(int number) {
    if (!alive_) return;
    signal_group(child_, number);
    if (kill_timer_ != 0) return;
    kill_timer_ = loop_.after(options_.grace, [this] {
      if (!alive_) return;
      report_.killed = true;
      signal_group(child_, SIGKILL);
    });
  }

  // The command is over; what it started in the background is not paid for any longer.
  void end_leftovers() {
    if (!has_children()) return;
    const SteadyTime begun = loop_.clock().steady();
    int number = SIGTERM;
    signal_leftovers(number);
    while (has_children()) {
      loop_.run_once(kLook);
      const bool late =
          loop_.clock().steady() - begun > std::min<Duration>(kLeftoverGrace, options_.grace);
      if (late || gives_up_) number = SIGKILL;
      // A killed parent's children become ours one after the other.
      if (number == SIGKILL) signal_leftovers(number);
    }
  }

  void signal_leftovers(int number) {
    if (::getpid() == 1) {  // everything here is ours, and /proc may be another namespace's
      ::kill(-1, number);
      return;
    }
    signal_group(child_, number);
    for (const pid_t orphan : children()) ::kill(orphan, number);
  }

  // Nobody writes any more: what is in the pipes is the rest.
  void drain() {
    for (Relay* relay : {&out_, &err_}) {
      relay->finish();
      while (!relay->over() && !gives_up_) loop_.run_once(kLongWait);
    }
  }

  Loop& loop_;
  const ChildOptions& options_;
  Relay out_;
  Relay err_;
  ChildReport report_;
  pid_t child_ = -1;
  bool alive_ = false;
  bool gives_up_ = false;  // told to end while only output was left
  Loop::TimerId kill_timer_ = 0;
};

}  // namespace

Result<ChildReport> run_child(Loop& loop, const ChildOptions& options) {
  return Run(loop, options).run();
}

}  // namespace orch::entrypoint
