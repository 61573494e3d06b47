#include <doctest/doctest.h>

#include <vector>

#include "base/loop.h"

using namespace orch;
using namespace std::chrono_literals;

namespace {

// A loop on a clock that moves only when told; a turn never waits.
struct Timed {
  ManualClock clock;
  Loop loop{clock};
  std::vector<int> fired;

  Loop::Handler note(int number) {
    return [this, number] { fired.push_back(number); };
  }
  void turn(Duration later = 0ms) {
    clock.advance(later);
    loop.run_once(0ms);
  }
};

using Fired = std::vector<int>;

}  // namespace

TEST_CASE("timers fire once, in the order of their times, then of their setting") {
  Timed timed;
  timed.loop.after(20ms, timed.note(3));
  timed.loop.after(10ms, timed.note(1));
  timed.loop.after(10ms, timed.note(2));
  timed.turn(9ms);
  CHECK(timed.fired == Fired{});
  timed.turn(1ms);
  CHECK(timed.fired == Fired{1, 2});
  timed.turn(1h);
  timed.turn(1h);
  CHECK(timed.fired == Fired{1, 2, 3});
}

TEST_CASE("a time that has passed fires in the next turn") {
  Timed timed;
  timed.loop.at(timed.clock.steady() - 1h, timed.note(1));
  timed.loop.after(-1h, timed.note(2));
  timed.loop.after(Duration::max(), timed.note(9));
  CHECK(timed.fired == Fired{});
  timed.turn();
  CHECK(timed.fired == Fired{1, 2});
}

TEST_CASE("a cancelled timer does not fire, not even one due in the same turn") {
  Timed timed;
  Loop::TimerId second = 0;
  const auto first = timed.loop.after(1ms, [&] {
    timed.fired.push_back(1);
    timed.loop.cancel(second);
  });
  second = timed.loop.after(1ms, timed.note(2));
  const auto third = timed.loop.after(1ms, timed.note(3));
  timed.loop.cancel(third);
  timed.loop.cancel(third);
  timed.turn(1ms);
  timed.loop.cancel(first);
  timed.loop.cancel(0);
  timed.loop.cancel(12345);
  timed.turn(1ms);
  CHECK(timed.fired == Fired{1});
}

TEST_CASE("a timer set by a timer for now waits for the next turn") {
  Timed timed;
  Loop::Handler again = [&] {
    timed.fired.push_back(1);
    timed.loop.after(0ms, again);
  };
  timed.loop.after(0ms, again);
  timed.turn();
  CHECK(timed.fired == Fired{1});
  timed.turn();
  CHECK(timed.fired == Fired{1, 1});
}

TEST_CASE("delays count from the clock, not from the start of the turn") {
  Timed timed;
  timed.loop.after(0ms, [&] {
    timed.clock.advance(50ms);  // a slow handler
    timed.loop.after(10ms, timed.note(1));
  });
  timed.turn();
  timed.turn();
  CHECK(timed.fired == Fired{});
  timed.turn(10ms);
  CHECK(timed.fired == Fired{1});
}

TEST_CASE("a wall clock that jumps moves no timer") {
  Timed timed;
  timed.loop.after(10ms, timed.note(1));
  timed.clock.jump_wall(timed.clock.wall() + 24h);
  timed.turn();
  CHECK(timed.fired == Fired{});
  timed.clock.jump_wall(timed.clock.wall() - 48h);
  timed.turn(10ms);
  CHECK(timed.fired == Fired{1});
}

TEST_CASE("now is read once a turn") {
  Timed timed;
  const auto start = timed.loop.now();
  timed.clock.advance(5s);
  CHECK(timed.loop.now() == start);
  timed.turn();
  CHECK(timed.loop.now() == start + 5s);
}

TEST_CASE("on the machine's clock a turn waits for its timer and no longer than asked") {
  Loop loop;
  bool fired = false;
  loop.after(5ms, [&] { fired = true; });
  const auto start = system_clock().steady();
  loop.run_once(1h);
  CHECK(fired);
  CHECK(system_clock().steady() - start >= 5ms);
  loop.after(1h, [&] { fired = false; });
  loop.run_once(1ms);
  CHECK(fired);
}
