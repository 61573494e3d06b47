// Time as a seam: everything that waits or stamps takes a Clock, so that tests can hold it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace orch {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady() const = 0;  // for waits and time-outs; never jumps
  virtual WallTime wall() const = 0;      // for what people read; may jump
};

// The machine's clock.
Clock& system_clock();

// A clock that moves only when told.
class ManualClock : public Clock {
 public:
  SteadyTime steady() const override { return steady_; }
  WallTime wall() const override { return wall_; }
  void advance(Duration by) {
    steady_ += std::chrono::duration_cast<SteadyTime::duration>(by);
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }
  void jump_wall(WallTime to) { wall_ = to; }

 private:
  SteadyTime steady_{std::chrono::hours(1)};
  WallTime wall_{std::chrono::hours(24 * 365 * 50)};
};

std::int64_t unix_ms(WallTime time);  // Unix milliseconds
WallTime from_unix_ms(std::int64_t ms);

// RFC 3339 in UTC with milliseconds: 2026-01-31T08:09:10.123Z
std::string rfc3339(WallTime time);
Duration from_seconds(double seconds);
double to_seconds(Duration duration);

}  // namespace orch
