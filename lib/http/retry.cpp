#include "http/retry.h"

#include <curl/curl.h>

#include <algorithm>
#include <string>

#include "base/text.h"

namespace orch::http {

bool is_retryable_status(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
  const std::string text(trim(value));
  if (text.empty()) return std::nullopt;
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  // A server can say any number; more than a year means as little as a year.
  constexpr std::int64_t kYear = 366LL * 24 * 3600;
  if (digits) {
    const auto seconds = text.size() > 9 ? kYear : std::min<std::int64_t>(kYear, std::stol(text));
    return std::chrono::seconds(seconds);
  }
  if (text.find(',') == std::string::npos) return std::nullopt;  // curl would take "1.5" for a date
  const time_t date = curl_getdate(text.c_str(), nullptr);
  if (date < 0) return std::nullopt;
  const auto wait = static_cast<std::int64_t>(date) - std::chrono::system_clock::to_time_t(now);
  return std::chrono::seconds(std::clamp<std::int64_t>(wait, 0, kYear));
}

Duration RetryPolicy::delay(int attempt, std::optional<Duration> retry_after,
                            Random& random) const {
  const int doublings = std::clamp(attempt - 1, 0, 20);
  const double ceiling =
      std::min(to_seconds(cap), to_seconds(base) * static_cast<double>(1 << doublings));
  Duration wait = from_seconds(ceiling * random.uniform());
  if (retry_after) wait += std::min(*retry_after, longest_retry_after);
  return wait;
}

}  // namespace orch::http
