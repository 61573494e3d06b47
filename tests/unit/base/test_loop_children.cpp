#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/loop.h"
#include "child.h"

using namespace orch;
using namespace std::chrono_literals;
using orch::test::shell;
using orch::test::wait_for;

namespace {

pid_t start(const std::string& script) { return spawn(shell(script)).value(); }

// Waits for the end of a child without reaping it.
void await_zombie(pid_t child) {
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
}

bool is_reaped(pid_t child) { return ::waitpid(child, nullptr, WNOHANG) == -1 && errno == ECHILD; }

bool is_blocked(int number) {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return ::sigismember(&mask, number) == 1;
}

}  // namespace

TEST_CASE("every child's end is reported once with its own status") {
  Loop loop;
  std::map<int, int> ended;
  int waiting = 40;
  for (int status = 0; status < 40; ++status) {
    loop.on_exit(start("exit " + std::to_string(status)), [&, status](int wait_status) {
      CHECK(exit_status_of(wait_status) == status);
      ++ended[status];
      if (--waiting == 0) loop.stop();
    });
  }
  loop.run();
  loop.run_once(0ms);
  CHECK(ended.size() == 40);
  for (const auto& [status, times] : ended) CHECK(times == 1);
}

TEST_CASE("a child that ended before on_exit is reported all the same") {
  Loop loop;
  const pid_t child = start("exit 3");
  await_zombie(child);
  loop.run_once(0ms);  // takes its SIGCHLD
  int calls = 0;
  loop.on_exit(child, [&](int status) {
    CHECK(exit_status_of(status) == 3);
    ++calls;
  });
  CHECK(calls == 0);
  loop.run_once(1h);
  loop.run_once(0ms);
  CHECK(calls == 1);
}

TEST_CASE("a handler may start the next child") {
  Loop loop;
  int generation = 0;
  std::function<void(int)> next = [&](int) {
    if (++generation == 5) return loop.stop();
    loop.on_exit(start("true"), next);
  };
  loop.on_exit(start("true"), next);
  loop.run();
  CHECK(generation == 5);
}

TEST_CASE("a child of others is neither reaped nor in the way of ours") {
  Loop loop;
  const pid_t stranger = start("exit 7");
  await_zombie(stranger);
  int ended = 0;
  for (int i = 0; i < 3; ++i) {
    loop.on_exit(start("true"), [&](int) {
      if (++ended == 3) loop.stop();
    });
  }
  loop.run();
  CHECK(ended == 3);
  CHECK(exit_status_of(wait_for(stranger)) == 7);
}

TEST_CASE("strangers are reaped on demand, those that ended before too") {
  Loop loop;
  const pid_t early = start("exit 5");
  await_zombie(early);
  loop.run_once(0ms);
  std::map<pid_t, int> seen;
  loop.reap_strangers([&](pid_t child, int status) {
    seen[child] = exit_status_of(status);
    if (seen.size() == 2) loop.stop();
  });
  const pid_t late = start("exit 6");
  bool own = false;
  const pid_t ours = start("exit 8");
  loop.on_exit(ours, [&](int) { own = true; });
  loop.run();
  while (!own) loop.run_once(1s);
  CHECK(seen == std::map<pid_t, int>{{early, 5}, {late, 6}});
  CHECK(is_reaped(early));

  loop.reap_strangers({});
  const pid_t silent = start("true");
  await_zombie(silent);
  loop.run_once(0ms);
  CHECK(is_reaped(silent));
}

TEST_CASE("a child that somebody else reaped does not leave its owner waiting") {
  Loop loop;
  const pid_t child = start("exit 3");
  wait_for(child);
  int status = -1;
  loop.on_exit(child, [&](int wait_status) { status = exit_status_of(wait_status); });
  loop.run_once(0ms);
  CHECK(status == 255);
}

TEST_CASE("signals arrive inside the loop and the mask is restored after it") {
  REQUIRE_FALSE(is_blocked(SIGUSR1));
  REQUIRE_FALSE(is_blocked(SIGCHLD));
  {
    Loop loop;
    std::string calls;
    loop.on_signal(SIGUSR1, [&] { calls += "1"; });
    loop.on_signal(SIGUSR2, [&] {
      calls += "2";
      loop.on_signal(SIGUSR2, [&] { calls += "3"; });  // replaces itself while it runs
    });
    CHECK(is_blocked(SIGUSR1));
    CHECK(is_blocked(SIGCHLD));
    ::kill(::getpid(), SIGUSR1);
    CHECK(calls.empty());
    loop.run_once(1s);
    CHECK(calls == "1");
    ::kill(::getpid(), SIGUSR2);
    loop.run_once(1s);
    ::kill(::getpid(), SIGUSR2);
    loop.run_once(1s);
    CHECK(calls == "123");
  }
  CHECK_FALSE(is_blocked(SIGUSR1));
  CHECK_FALSE(is_blocked(SIGCHLD));
}

TEST_CASE("a child started from a loop has no signal blocked") {
  Loop loop;
  loop.on_signal(SIGTERM, [] {});
  const pid_t child = start("kill -TERM $$; exit 1");
  CHECK(exit_status_of(wait_for(child)) == 128 + SIGTERM);
}
