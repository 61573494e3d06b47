// How many lines a worker is sent ahead: from `threads` to about 2 ms of work, at most 256. Enough
// that it never waits for the next line, little enough that slow items are not hoarded.
#pragma once

#include "base/clock.h"

namespace orch::pipeline {

class Window {
 public:
  static constexpr int kMaxLines = 256;

  explicit Window(int threads);

  int lines() const { return lines_; }
  // `answered` lines took the worker `busy`, in which it always had something to do.
  void saw(int answered, Duration busy);

 private:
  void settle();

  int threads_;
  int lines_;
  int answered_ = 0;  // since the last look
  Duration busy_{};
  double line_ns_ = 0;  // smoothed; 0: not known yet
};

}  // namespace orch::pipeline
