// When a stage of persistent workers is beyond help, and what becomes of the items a dead worker
// held. Pure bookkeeping.
#pragma once

#include "base/clock.h"
#include "pipeline/item.h"

namespace orch::pipeline {

class StageHealth {
 public:
  static constexpr int kFailedStarts = 5;
  static constexpr int kCondemnedInARow = 20;
  static constexpr int kLoneDeaths = 2;

  void ready() { failed_starts_ = 0; }
  // A worker ended before it was ready. True: that was one too many.
  bool start_failed() { return ++failed_starts_ >= kFailedStarts; }
  // A worker was ready and ended before it took or answered anything. True: too often.
  bool ended_idle() { return ++idle_ends_ >= kFailedStarts; }
  void answered() { condemned_ = deaths_ = idle_ends_ = 0; }
  void died() { ++deaths_; }

  // A worker ended while it held only this item. True: the item fails for it.
  bool died_alone_with(Item& item) { return ++item.lone_deaths >= kLoneDeaths; }
  // True: too many inputs in a row were condemned, the worker itself must be at fault.
  bool condemned() { return ++condemned_ >= kCondemnedInARow; }

  // How long the next start waits: not at all, unless none of the last workers did anything.
  Duration restart_delay() const;

 private:
  int failed_starts_ = 0;  // in a row
  int condemned_ = 0;      // in a row, no answer between
  int deaths_ = 0;         // the same
  int idle_ends_ = 0;      // the same
};

}  // namespace orch::pipeline
