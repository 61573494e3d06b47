#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/loop.h"
#include "base/process.h"

using namespace orch;
using namespace std::chrono_literals;

TEST_CASE("a readable descriptor calls its handler") {
  Loop loop;
  Pipe pipe = make_pipe().value();
  int calls = 0;
  REQUIRE(loop.watch(pipe.read.get(), Loop::kRead, [&](std::uint32_t ready) {
    CHECK(ready == Loop::kRead);
    char byte = 0;
    CHECK(::read(pipe.read.get(), &byte, 1) == 1);
    ++calls;
  }));
  loop.run_once(0ms);
  CHECK(calls == 0);
  REQUIRE(write_all(pipe.write.get(), "x", "pipe"));
  loop.run_once(1s);
  loop.run_once(0ms);
  CHECK(calls == 1);
}

TEST_CASE("a child's end is reported once, also when it came before on_exit") {
  Loop loop;
  SpawnSpec spec;
  spec.argv = {"/bin/sh", "-c", "exit 3"};
  const pid_t child = spawn(spec).value();
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  loop.run_once(0ms);  // takes the SIGCHLD
  int calls = 0;
  loop.on_exit(child, [&](int status) {
    CHECK(exit_status_of(status) == 3);
    ++calls;
  });
  loop.run_once(0ms);
  loop.run_once(0ms);
  CHECK(calls == 1);
}

TEST_CASE("timers fire in order of their time and follow the clock given") {
  ManualClock clock;
  Loop loop(clock);
  std::vector<int> fired;
  loop.after(20ms, [&] { fired.push_back(2); });
  loop.after(10ms, [&] { fired.push_back(1); });
  const auto cancelled = loop.after(15ms, [&] { fired.push_back(9); });
  loop.cancel(cancelled);
  loop.run_once(0ms);
  CHECK(fired.empty());
  clock.advance(30ms);
  loop.run_once(0ms);
  CHECK(fired == std::vector<int>{1, 2});
}
