// The timers of a Loop: in order of time, then of setting; cancelled in logarithmic time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/clock.h"

namespace orch {

class TimerQueue {
 public:
  using Id = std::uint64_t;
  using Handler = std::function<void()>;

  Id add(SteadyTime time, Handler handler);
  void cancel(Id id);
  std::optional<SteadyTime> next() const;
  // Runs what was due and set before the call: a handler that sets a timer for "now" cannot starve
  // the rest of the loop. A handler may cancel timers that are due as well.
  void run_due(SteadyTime now);

 private:
  using Key = std::pair<SteadyTime, Id>;

  std::map<Key, Handler> queue_;
  std::unordered_map<Id, SteadyTime> times_;
  Id last_id_ = 0;
};

}  // namespace orch
