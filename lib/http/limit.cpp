#include "http/limit.h"

#include <algorithm>

namespace orch::http {
namespace {

constexpr Duration kShortestWindow = std::chrono::milliseconds(200);
// A small object costs about as much as this many bytes of a large one.
constexpr double kBytesPerTransfer = 16384;
constexpr double kWorthIt = 1.10;  // a step of 1.5 that is latency-bound gives up to 1.5
constexpr int kLongestRest = 128;

}  // namespace

AdaptiveLimit::AdaptiveLimit(int start, int max)
    : limit_(std::clamp(start, 1, std::max(1, max))), max_(std::max(1, max)) {}

void AdaptiveLimit::finished(SteadyTime now, std::uint64_t bytes, Duration took, bool saturated) {
  if (limit_ == max_ && before_probe_ == 0) return;
  if (window_count_ == 0 && window_start_ == SteadyTime{}) open_window(now);
  const double seconds = std::chrono::duration<double>(took).count();
  took_ = took_ == 0 ? seconds : 0.9 * took_ + 0.1 * seconds;
  window_work_ += static_cast<double>(bytes) + kBytesPerTransfer;
  ++window_count_;
  window_saturated_ = window_saturated_ && saturated;

  const Duration elapsed = now - window_start_;
  if (elapsed < kShortestWindow || window_count_ < limit_ / 2) return;
  const double length = std::chrono::duration<double>(elapsed).count();
  if (length < took_) return;
  const bool counts = window_saturated_ && !settling_;
  if (!window_saturated_ && before_probe_ == 0) base_score_ = 0;
  settling_ = false;
  if (counts) judge(window_work_ / length);
  open_window(now);
}

void AdaptiveLimit::open_window(SteadyTime now) {
  window_start_ = now;
  window_work_ = 0;
  window_count_ = 0;
  window_saturated_ = true;
}

void AdaptiveLimit::judge(double score) {
  if (before_probe_ != 0) {
    if (score < base_score_ * kWorthIt) {
      limit_ = before_probe_;
      before_probe_ = 0;
      rest_ = next_rest_;
      next_rest_ = std::min(kLongestRest, next_rest_ * 2);
      settling_ = true;
      return;
    }
    before_probe_ = 0;
    next_rest_ = 8;
  }
  base_score_ = score;
  if (limit_ == max_) return;
  if (rest_ > 0) {
    --rest_;
    return;
  }
  before_probe_ = limit_;
  limit_ = std::min(max_, limit_ + std::max(1, limit_ / 2));
  settling_ = true;
}

void HostLimit::succeeded() {
  if (limit_ == max_ || ++successes_ < limit_) return;
  successes_ = 0;
  limit_ = std::min(max_, limit_ + std::max(1, limit_ / 8));
}

void HostLimit::shrink(SteadyTime now, int running, int least) {
  if (now < next_shrink_) return;
  next_shrink_ = now + std::chrono::seconds(1);
  successes_ = 0;
  limit_ = std::min(limit_, std::max(least, std::min(limit_, running) / 2));
}

}  // namespace orch::http
