#include "base/clock.h"

#include <fmt/core.h>

#include <cmath>

namespace orch {
namespace {

class SystemClock : public Clock {
 public:
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::int64_t unix_ms(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime from_unix_ms(std::int64_t ms) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::milliseconds(ms)));
}

std::string rfc3339(WallTime time) {
  using std::chrono::milliseconds;
  const auto whole = std::chrono::floor<milliseconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(whole);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<milliseconds> clock(whole - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Duration from_seconds(double seconds) {
  constexpr double kLargest = 9.2e9;  // nanoseconds of it just fit 63 bits
  if (std::isnan(seconds)) return Duration::zero();
  if (seconds >= kLargest) return Duration::max();
  if (seconds <= -kLargest) return Duration::min();
  return Duration(std::llround(seconds * 1e9));
}

double to_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace orch
