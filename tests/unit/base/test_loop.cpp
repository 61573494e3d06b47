#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/process.h"

using namespace orch;
using namespace std::chrono_literals;

namespace {

// A pipe whose reading end is ready from the start.
struct ReadyPipe {
  ReadyPipe() : ends(make_pipe().value()) { REQUIRE(write_all(ends.write.get(), "x", "pipe")); }
  int fd() const { return ends.read.get(); }
  Pipe ends;
};

}  // namespace

TEST_CASE("a readable descriptor calls its handler until it is read") {
  Loop loop;
  Pipe pipe = make_pipe().value();
  int calls = 0;
  REQUIRE(loop.watch(pipe.read.get(), Loop::kRead, [&](std::uint32_t ready) {
    CHECK(ready == Loop::kRead);
    if (++calls < 2) return;
    char byte = 0;
    CHECK(::read(pipe.read.get(), &byte, 1) == 1);
  }));
  loop.run_once(0ms);
  CHECK(calls == 0);
  REQUIRE(write_all(pipe.write.get(), "x", "pipe"));
  for (int i = 0; i < 4; ++i) loop.run_once(0ms);
  CHECK(calls == 2);
}

TEST_CASE("the end of a stream is reported as what is waited for") {
  Loop loop;
  Pipe pipe = make_pipe().value();
  pipe.read.reset();
  std::uint32_t seen = 0;
  REQUIRE(loop.watch(pipe.write.get(), Loop::kWrite, [&](std::uint32_t ready) { seen = ready; }));
  loop.run_once(0ms);
  CHECK(seen == Loop::kWrite);

  Pipe other = make_pipe().value();
  other.write.reset();
  REQUIRE(loop.watch(other.read.get(), Loop::kRead, [&](std::uint32_t ready) { seen = ready; }));
  loop.unwatch(pipe.write.get());
  loop.run_once(0ms);
  CHECK(seen == Loop::kRead);
}

TEST_CASE("interest 0 is silent even at the end of the stream, and comes back") {
  Loop loop;
  Pipe pipe = make_pipe().value();
  pipe.write.reset();
  int calls = 0;
  REQUIRE(loop.watch(pipe.read.get(), 0, [&](std::uint32_t) { ++calls; }));
  loop.run_once(0ms);
  CHECK(calls == 0);
  loop.set_interest(pipe.read.get(), Loop::kRead);
  loop.set_interest(pipe.read.get(), Loop::kRead);
  loop.run_once(0ms);
  CHECK(calls == 1);
  loop.set_interest(pipe.read.get(), 0);
  loop.run_once(0ms);
  CHECK(calls == 1);
  loop.set_interest(pipe.read.get(), Loop::kRead | Loop::kWrite);
  loop.run_once(0ms);
  CHECK(calls == 2);
}

TEST_CASE("an event is not delivered to a watch that was ended or silenced before it") {
  Loop loop;
  const ReadyPipe one;
  const ReadyPipe two;
  int calls = 0;
  SUBCASE("unwatched") {
    for (const auto* pipe : {&one, &two}) {
      const int other = pipe == &one ? two.fd() : one.fd();
      REQUIRE(loop.watch(pipe->fd(), Loop::kRead, [&, other](std::uint32_t) {
        ++calls;
        loop.unwatch(other);
      }));
    }
  }
  SUBCASE("silenced") {
    for (const auto* pipe : {&one, &two}) {
      const int other = pipe == &one ? two.fd() : one.fd();
      REQUIRE(loop.watch(pipe->fd(), Loop::kRead, [&, other](std::uint32_t) {
        ++calls;
        loop.set_interest(other, 0);
      }));
    }
  }
  loop.run_once(0ms);
  CHECK(calls == 1);
}

TEST_CASE("a stale event does not reach a new watch of the same number") {
  Loop loop;
  ReadyPipe pipes[2];
  Pipe silent = make_pipe().value();
  int old_calls = 0;
  int new_calls = 0;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(loop.watch(pipes[i].fd(), Loop::kRead, [&, i](std::uint32_t) {
      ++old_calls;
      loop.unwatch(pipes[i].fd());
      const int other = pipes[1 - i].fd();  // it has an event in this very turn
      loop.unwatch(other);
      REQUIRE(::dup3(silent.read.get(), other, O_CLOEXEC) == other);
      REQUIRE(loop.watch(other, Loop::kRead, [&](std::uint32_t) { ++new_calls; }));
    }));
  }
  loop.run_once(0ms);
  CHECK(old_calls == 1);
  CHECK(new_calls == 0);
  REQUIRE(write_all(silent.write.get(), "x", "pipe"));
  loop.run_once(0ms);
  CHECK(new_calls == 1);
}

TEST_CASE("a handler may end or replace its own watch") {
  Loop loop;
  const ReadyPipe pipe;
  const auto alive = std::make_shared<int>(0);
  REQUIRE(loop.watch(pipe.fd(), Loop::kRead, [&loop, &pipe, alive](std::uint32_t) {
    loop.unwatch(pipe.fd());
    ++*alive;  // the captures live until the handler returns
    REQUIRE(loop.watch(pipe.fd(), Loop::kRead, [alive, &loop, &pipe](std::uint32_t) {
      *alive += 10;
      loop.unwatch(pipe.fd());
    }));
  }));
  loop.run_once(0ms);
  CHECK(*alive == 1);
  loop.run_once(0ms);
  loop.run_once(0ms);
  CHECK(*alive == 11);
  CHECK(alive.use_count() == 1);
}

TEST_CASE("a second watch replaces the first") {
  Loop loop;
  const ReadyPipe pipe;
  std::string calls;
  REQUIRE(loop.watch(pipe.fd(), Loop::kRead, [&](std::uint32_t) { calls += "a"; }));
  REQUIRE(loop.watch(pipe.fd(), Loop::kRead, [&](std::uint32_t) { calls += "b"; }));
  loop.run_once(0ms);
  CHECK(calls == "b");
}

TEST_CASE("what cannot be watched is refused, whatever the interest") {
  Loop loop;
  const Fd file = open_read("/proc/self/exe").value();
  CHECK_FALSE(loop.watch(file.get(), Loop::kRead, [](std::uint32_t) {}));
  CHECK_FALSE(loop.watch(file.get(), 0, [](std::uint32_t) {}));
  CHECK_FALSE(loop.watch(-1, Loop::kRead, [](std::uint32_t) {}));
  loop.unwatch(file.get());
  loop.unwatch(-1);
  loop.unwatch(100000);
  loop.set_interest(100000, Loop::kRead);
}

TEST_CASE("more descriptors than one turn takes are all served") {
  Loop loop;
  std::vector<std::unique_ptr<ReadyPipe>> pipes;
  int served = 0;
  for (int i = 0; i < 300; ++i) {
    pipes.push_back(std::make_unique<ReadyPipe>());
    const int fd = pipes.back()->fd();
    REQUIRE(loop.watch(fd, Loop::kRead, [&, fd](std::uint32_t) {
      ++served;
      loop.unwatch(fd);
    }));
  }
  for (int i = 0; i < 3; ++i) loop.run_once(0ms);
  CHECK(served == 300);
}

TEST_CASE("run goes on until stop") {
  Loop loop;
  int turns = 0;
  loop.after(0ms, [&] {
    ++turns;
    loop.after(0ms, [&] {
      ++turns;
      loop.stop();
    });
  });
  loop.run();
  CHECK(turns == 2);
  loop.stop();
  loop.run();
  CHECK(turns == 2);
}

TEST_CASE("handlers that call the loop while they are destroyed with it") {
  struct Caller {
    Loop& loop;
    int fd;
    ~Caller() {
      loop.unwatch(fd);
      loop.cancel(1);
      loop.set_interest(fd, 0);
    }
  };
  const ReadyPipe pipe;
  int destroyed = 0;
  {
    Loop loop;
    const std::shared_ptr<Caller> caller(new Caller{loop, pipe.fd()}, [&](Caller* object) {
      delete object;
      ++destroyed;
    });
    loop.after(1h, [caller] { (void)caller; });
    REQUIRE(loop.watch(pipe.fd(), Loop::kRead, [caller](std::uint32_t) {}));
    loop.on_exit(1, [caller](int) {});
    loop.on_signal(SIGUSR2, [caller] {});
  }
  CHECK(destroyed == 1);
}
