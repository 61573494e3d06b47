// The scheduler of the pull engine: a pure state machine. Events in, actions out; no I/O, no
// clock. It owns which split runs on which slot, split retries, leases, speculation. It knows
// splits, not inputs: the ledger decides which inputs of a split still miss a line.
// Memory: what is open, not what exists.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"

namespace orch::job {

using SlotId = std::uint32_t;
using SplitId = std::uint32_t;

struct SchedulerOptions {
  std::uint64_t splits = 0;
  std::vector<bool> finished;  // splits with nothing missing (resume); empty: none
  int retry_split = 2;         // a split is tried 1 + retry_split times
  int prefetch = 1;            // splits granted to a slot beyond the one it works on
  bool speculation = true;
  double multiplier = 2;
  double quartile = 0.75;
  Duration lease{};  // a slot silent for this long has lost its splits; zero: never
};

struct Action {
  enum class Kind {
    grant,     // give `split` (attempt number, copy or not) to `slot`
    revoke,    // tell `slot` to drop `split`: its lines are no longer wanted
    end_slot,  // the slot is silent: end it (its splits are already queued again)
    give_up,   // `split` was tried too often: the inputs it misses fail
    finished,  // every split has ended
  };
  Kind kind;
  SlotId slot = 0;
  SplitId split = 0;
  int attempt = 1;
  bool copy = false;
};

class Scheduler {
 public:
  explicit Scheduler(SchedulerOptions options);

  // Events. Each returns what to do, in order.
  std::vector<Action> slot_ready(SlotId slot, SteadyTime now);   // opened, may be given splits
  std::vector<Action> slot_alive(SlotId slot, SteadyTime now);   // any frame came
  std::vector<Action> slot_lost(SlotId slot, SteadyTime now);    // died or closed
  std::vector<Action> split_ended(SlotId slot, SplitId split, SteadyTime now);  // `end` came
  // Every input of the split has a line in the ledger, whoever sent it.
  std::vector<Action> split_complete(SplitId split, SteadyTime now);
  std::vector<Action> tick(SteadyTime now);  // leases and speculation; call every interval

  bool done() const;
  std::uint64_t running() const;

 private:
  struct Run;
  struct Slot;
  // (state: see scheduler.cpp's header comment)
};

}  // namespace orch::job
