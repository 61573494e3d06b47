// When to try again: pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace orch::http {

// 429, 502, 503, 504: the ones that say "later", not "no".
bool is_retryable_status(int status);

// The wait a Retry-After header asks for: seconds or an HTTP date; anything else is nothing.
std::optional<Duration> parse_retry_after(std::string_view value, WallTime now);

struct RetryPolicy {
  Duration base = std::chrono::milliseconds(500);
  Duration cap = std::chrono::seconds(20);
  Duration longest_retry_after = std::chrono::minutes(2);

  // The wait after the attempt with this number (from 1): full jitter in [0, min(cap, base·2^n)),
  // after what the server asked for, if it did.
  Duration delay(int attempt, std::optional<Duration> retry_after, Random& random) const;
};

}  // namespace orch::http
