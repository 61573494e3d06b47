#include <doctest/doctest.h>

#include <limits>

#include "base/clock.h"
#include "base/random.h"

using namespace orch;
using namespace std::chrono_literals;

TEST_CASE("wall time is shown as RFC 3339 in UTC") {
  CHECK(rfc3339(WallTime{}) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(WallTime(1769846950123ms)) == "2026-01-31T08:09:10.123Z");
  CHECK(rfc3339(WallTime(951782400s)) == "2000-02-29T00:00:00.000Z");
  CHECK(rfc3339(WallTime(-1ms)) == "1969-12-31T23:59:59.999Z");
  CHECK(rfc3339(WallTime(1999us)) == "1970-01-01T00:00:00.001Z");
}

TEST_CASE("seconds convert both ways and never overflow") {
  CHECK(from_seconds(1.5) == Duration(1500ms));
  CHECK(from_seconds(-0.25) == Duration(-250ms));
  CHECK(from_seconds(1e300) == Duration::max());
  CHECK(from_seconds(-1e300) == Duration::min());
  CHECK(from_seconds(std::numeric_limits<double>::quiet_NaN()) == Duration(0));
  CHECK(to_seconds(1500ms) == 1.5);
}

TEST_CASE("a manual clock moves only when told") {
  ManualClock clock;
  const auto steady = clock.steady();
  const auto wall = clock.wall();
  clock.advance(5s);
  CHECK(clock.steady() - steady == 5s);
  CHECK(clock.wall() - wall == 5s);
  clock.jump_wall(wall - 1h);
  CHECK(clock.wall() < wall);
  CHECK(clock.steady() - steady == 5s);
}

TEST_CASE("seeded randomness repeats itself and ids use their alphabet only") {
  SeededRandom one(7);
  SeededRandom same(7);
  SeededRandom other(8);
  CHECK(SeededRandom(0).next() == 0xe220a8397b1dcdafU);  // splitmix64's published first value
  const auto id = random_id(one, 40);
  CHECK(id == random_id(same, 40));
  CHECK(id != random_id(other, 40));
  CHECK(id.size() == 40);
  CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
  CHECK(random_id(one, 0).empty());
  CHECK(random_id(system_random(), 16) != random_id(system_random(), 16));
}

TEST_CASE("uniform numbers stay below one") {
  struct Most : Random {
    std::uint64_t next() override { return ~std::uint64_t{0}; }
  } most;
  CHECK(most.uniform() < 1.0);
}
