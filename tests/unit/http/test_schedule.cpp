#include <doctest/doctest.h>
#include <fmt/core.h>

#include <vector>

#include "http/schedule.h"

using namespace orch;
using namespace orch::http;

namespace {

constexpr SteadyTime kNow{std::chrono::hours(1)};

}  // namespace

TEST_CASE("hosts take turns, each in its own order") {
  Schedule schedule(10);
  for (std::uint64_t id = 1; id <= 3; ++id) schedule.push(id, "a");
  schedule.push(11, "b");
  schedule.push(12, "b");
  std::vector<std::uint64_t> order;
  while (const auto id = schedule.next(kNow)) order.push_back(*id);
  CHECK(order == std::vector<std::uint64_t>{1, 11, 2, 12, 3});
  CHECK_FALSE(schedule.has_ready());
}

TEST_CASE("a host at its limit does not hold up the others") {
  Schedule schedule(2);
  for (std::uint64_t id = 1; id <= 4; ++id) schedule.push(id, "a");
  schedule.push(11, "b");
  CHECK(schedule.next(kNow) == 1);
  CHECK(schedule.next(kNow) == 11);
  CHECK(schedule.next(kNow) == 2);
  CHECK_FALSE(schedule.next(kNow));
  CHECK_FALSE(schedule.has_ready());
  schedule.release("a", HostVerdict::answered, kNow);
  CHECK(schedule.has_ready());
  CHECK(schedule.next(kNow) == 3);
}

TEST_CASE("what goes on comes before what is new") {
  Schedule schedule(1);
  schedule.push(1, "a");
  schedule.push(2, "a");
  CHECK(schedule.next(kNow) == 1);
  schedule.release("a", HostVerdict::answered, kNow);
  schedule.push_front(1, "a");
  CHECK(schedule.next(kNow) == 1);
}

TEST_CASE("a closed host opens again at its time") {
  Schedule schedule(10);
  schedule.push(1, "a");
  schedule.push(2, "a");
  CHECK(schedule.next(kNow) == 1);
  const auto until = kNow + std::chrono::seconds(5);
  schedule.release("a", HostVerdict::throttled, kNow, until);
  CHECK_FALSE(schedule.next(kNow));
  CHECK(schedule.next_opening() == until);
  CHECK_FALSE(schedule.next(until - Duration(1)));
  CHECK(schedule.next(until) == 2);
  CHECK_FALSE(schedule.next_opening());
}

TEST_CASE("a waiting transfer can be taken out") {
  Schedule schedule(10);
  schedule.push(1, "a");
  schedule.push(2, "a");
  schedule.remove(1, "a");
  CHECK(schedule.next(kNow) == 2);
  CHECK_FALSE(schedule.next(kNow));
  schedule.push(3, "b");
  schedule.remove(3, "b");
  CHECK_FALSE(schedule.next(kNow));
  schedule.remove(4, "never seen");
}

TEST_CASE("idle hosts are forgotten, shrunk limits of busy ones are kept") {
  Schedule schedule(4);
  for (std::uint64_t id = 1; id <= 4; ++id) schedule.push(id, "busy");
  for (std::uint64_t id = 1; id <= 4; ++id) CHECK(schedule.next(kNow) == id);
  schedule.release("busy", HostVerdict::throttled, kNow);  // limit 2, three run
  for (std::uint64_t id = 100; id < 5000; ++id) {
    const std::string host = fmt::format("host{}", id);
    schedule.push(id, host);
    REQUIRE(schedule.next(kNow) == id);
    schedule.release(host, HostVerdict::answered, kNow);
  }
  schedule.push(5, "busy");
  CHECK_FALSE(schedule.next(kNow));
}
