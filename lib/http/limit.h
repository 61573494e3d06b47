// How many transfers to run at once: pure, fed with completions, no clock of its own.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace orch::http {

// For all hosts together: climbs from `start` towards `max` while more connections make the whole
// faster, steps back when they do not, and tries again later.
class AdaptiveLimit {
 public:
  AdaptiveLimit(int start, int max);

  int limit() const { return limit_; }
  // One transfer ended. `saturated`: as many ran as the limit allows, so it is what holds us back.
  // `took` is the transfer's own time: a window lasts long enough to see its effect.
  void finished(SteadyTime now, std::uint64_t bytes, Duration took, bool saturated);

 private:
  void open_window(SteadyTime now);
  void judge(double score);

  int limit_;
  int max_;
  int before_probe_ = 0;  // the limit to return to; 0: not probing
  double base_score_ = 0;
  int rest_ = 0;           // windows to wait before the next probe
  int next_rest_ = 8;      // doubles with each probe that failed
  bool settling_ = false;  // the first window after a change is not counted

  SteadyTime window_start_{};
  double window_work_ = 0;
  int window_count_ = 0;
  bool window_saturated_ = true;
  double took_ = 0;  // smoothed, seconds
};

// For one host: halves when the host says it is too much, recovers by an eighth a round.
class HostLimit {
 public:
  explicit HostLimit(int max) : max_(max), limit_(max) {}

  int limit() const { return limit_; }
  bool is_full() const { return limit_ == max_; }
  void succeeded();
  // 429, 503. At most one step a second: what is in flight was sent before the step.
  void throttled(SteadyTime now, int running) { shrink(now, running, 1); }
  // Connection refused, reset or timed out: never below 16, or a dead host would hold a long list
  // up for one connect time-out after the other.
  void unreachable(SteadyTime now, int running) { shrink(now, running, 16); }

 private:
  void shrink(SteadyTime now, int running, int least);

  int max_;
  int limit_;
  int successes_ = 0;
  SteadyTime next_shrink_{};
};

}  // namespace orch::http
