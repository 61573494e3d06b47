#include <doctest/doctest.h>

#include "http/limit.h"

using namespace orch;
using namespace orch::http;
using std::chrono::milliseconds;

namespace {

// A server that answers each transfer after `latency` and at most `most_per_second` in all.
struct Server {
  double latency;
  double most_per_second;

  double rate(int connections) const {
    return std::min(most_per_second, static_cast<double>(connections) / latency);
  }
};

// Keeps the limit saturated for that long; returns the mean rate.
double drive(AdaptiveLimit& limit, const Server& server, double seconds, SteadyTime& now,
             bool saturated = true) {
  double passed = 0;
  double count = 0;
  while (passed < seconds) {
    const double step = 1 / server.rate(limit.limit());
    passed += step;
    ++count;
    now += std::chrono::duration_cast<Duration>(std::chrono::duration<double>(step));
    limit.finished(now, 10240, from_seconds(server.latency), saturated);
  }
  return count / passed;
}

}  // namespace

TEST_CASE("the limit climbs to its maximum while latency is what holds it back") {
  AdaptiveLimit limit(64, 256);
  SteadyTime now{std::chrono::hours(1)};
  drive(limit, {0.05, 1e9}, 5, now);
  CHECK(limit.limit() == 256);
}

TEST_CASE("the limit returns when more connections bring nothing") {
  AdaptiveLimit limit(64, 256);
  SteadyTime now{std::chrono::hours(1)};
  int highest = 0;
  int above = 0;
  for (int i = 0; i < 300; ++i) {
    drive(limit, {0.001, 20000}, 0.1, now);
    highest = std::max(highest, limit.limit());
    if (limit.limit() > 64) ++above;
  }
  CHECK(highest == 96);  // it tried
  CHECK(limit.limit() == 64);
  CHECK(above < 60);  // and tries rarely
}

TEST_CASE("the limit stops near what the server can take") {
  AdaptiveLimit limit(16, 256);
  SteadyTime now{std::chrono::hours(1)};
  drive(limit, {0.05, 1000}, 60, now);  // 50 connections are enough
  CHECK(limit.limit() >= 50);
  CHECK(limit.limit() <= 96);
}

TEST_CASE("the limit does not climb when there is too little to fetch") {
  AdaptiveLimit limit(64, 256);
  SteadyTime now{std::chrono::hours(1)};
  drive(limit, {0.05, 1e9}, 20, now, false);
  CHECK(limit.limit() == 64);
}

TEST_CASE("limits are at least one") {
  CHECK(AdaptiveLimit(0, 0).limit() == 1);
  CHECK(AdaptiveLimit(64, 8).limit() == 8);
}

TEST_CASE("a throttled host halves once a second, and recovers") {
  HostLimit limit(256);
  SteadyTime now{std::chrono::hours(1)};
  limit.throttled(now, 64);
  CHECK(limit.limit() == 32);
  limit.throttled(now + milliseconds(500), 32);
  CHECK(limit.limit() == 32);
  limit.throttled(now + milliseconds(1000), 32);
  CHECK(limit.limit() == 16);
  for (int i = 0; i < 10; ++i) limit.throttled(now += std::chrono::seconds(2), 16);
  CHECK(limit.limit() == 1);
  int successes = 0;
  while (!limit.is_full()) {
    limit.succeeded();
    ++successes;
  }
  CHECK(limit.limit() == 256);
  CHECK(successes > 256);
  CHECK(successes < 5000);
}

TEST_CASE("a host that cannot be reached keeps sixteen, so a dead one does not hold up the list") {
  HostLimit limit(256);
  SteadyTime now{std::chrono::hours(1)};
  for (int i = 0; i < 10; ++i) limit.unreachable(now += std::chrono::seconds(2), 64);
  CHECK(limit.limit() == 16);
  HostLimit small(4);
  small.unreachable(now, 4);
  CHECK(small.limit() == 4);
}
