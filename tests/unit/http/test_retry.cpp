#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "http/retry.h"

using namespace orch;
using namespace orch::http;
using std::chrono::seconds;

namespace {

WallTime at(std::int64_t unix_seconds) { return WallTime(seconds(unix_seconds)); }

}  // namespace

TEST_CASE("only the statuses that say later are tried again") {
  for (int status = 100; status < 600; ++status) {
    const bool expected = status == 429 || status == 502 || status == 503 || status == 504;
    CHECK(is_retryable_status(status) == expected);
  }
}

TEST_CASE("Retry-After in all its forms") {
  const WallTime now = at(784111777);  // Sun, 06 Nov 1994 08:49:37 GMT
  CHECK(parse_retry_after("7", now) == seconds(7));
  CHECK(parse_retry_after(" 0 ", now) == seconds(0));
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now) == seconds(30));
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now) == seconds(0));
  CHECK(parse_retry_after("99999999999", now) == seconds(366 * 24 * 3600));
  CHECK(parse_retry_after("Mon, 01 Jan 2037 00:00:00 GMT", now) == seconds(366 * 24 * 3600));
  for (const char* junk : {"", "-5", "1.5", "soon", "7 s", "0x10", ",", "next, please"}) {
    CAPTURE(std::string(junk));
    CHECK_FALSE(parse_retry_after(junk, now));
  }
}

TEST_CASE("waits are drawn evenly from zero to a doubling ceiling") {
  const RetryPolicy policy;
  SeededRandom random(1);
  for (int attempt = 1; attempt <= 10; ++attempt) {
    CAPTURE(attempt);
    const double ceiling = std::min(20.0, 0.5 * static_cast<double>(1 << (attempt - 1)));
    constexpr int kDraws = 20000;
    std::vector<double> draws;
    for (int i = 0; i < kDraws; ++i) {
      draws.push_back(to_seconds(policy.delay(attempt, std::nullopt, random)) / ceiling);
    }
    std::sort(draws.begin(), draws.end());
    // Kolmogorov–Smirnov against the uniform distribution, at about one in a million.
    double distance = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double expected = (i + 0.5) / kDraws;
      distance = std::max(distance, std::abs(draws[static_cast<std::size_t>(i)] - expected));
    }
    CHECK(distance < 0.0193);
    CHECK(draws.front() >= 0);
    CHECK(draws.back() < 1);
  }
}

TEST_CASE("a server's wish is kept to, up to two minutes") {
  const RetryPolicy policy;
  SeededRandom random(1);
  for (int i = 0; i < 100; ++i) {
    const Duration wait = policy.delay(1, seconds(7), random);
    CHECK(wait >= seconds(7));
    CHECK(wait < seconds(8));
    CHECK(policy.delay(1, seconds(344510106), random) < seconds(121));
    CHECK(policy.delay(30, std::nullopt, random) < seconds(20));
  }
}
