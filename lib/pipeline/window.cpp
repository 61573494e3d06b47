#include "pipeline/window.h"

#include <algorithm>

namespace orch::pipeline {

namespace {

constexpr int kEnoughLines = 16;
constexpr Duration kEnoughTime = std::chrono::milliseconds(5);
constexpr double kAheadNs = 2e6;
// Up to here one line more than `threads` costs no balance and hides the way there and back.
constexpr double kOneAheadNs = 25e6;

}  // namespace

Window::Window(int threads)
    : threads_(std::min(threads, kMaxLines)), lines_(std::min(threads, kMaxLines)) {}

void Window::saw(int answered, Duration busy) {
  answered_ += answered;
  busy_ += busy;
  if (answered_ == 0 || (answered_ < kEnoughLines && busy_ < kEnoughTime)) return;
  const double sample = static_cast<double>(busy_.count()) / answered_;
  line_ns_ = line_ns_ > 0 ? (line_ns_ + sample) / 2 : sample;
  answered_ = 0;
  busy_ = {};
  settle();
}

void Window::settle() {
  double ahead = line_ns_ > 0 ? kAheadNs / line_ns_ : kMaxLines;
  if (line_ns_ * threads_ <= kOneAheadNs) ahead = std::max(ahead, 1.0);
  const double wanted = std::min(threads_ + ahead, static_cast<double>(kMaxLines));
  // At most twice a look: the first samples hold start-up effects.
  lines_ = std::min(static_cast<int>(wanted), std::max(2 * lines_, threads_ + 1));
  lines_ = std::min(lines_, kMaxLines);
}

}  // namespace orch::pipeline
