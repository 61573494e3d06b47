// The scheduler of the pull engine: a pure state machine. Events in, actions out; no I/O, no
// clock. It owns which split runs on which slot, split retries, leases, speculation. It knows
// splits, not inputs: the ledger decides which inputs of a split still miss a line.
// Memory: a bit for each split, and what is open.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace orch::job {

using SlotId = std::uint32_t;
using SplitId = std::uint32_t;

struct SchedulerOptions {
  std::uint64_t splits = 0;
  std::vector<bool> finished = {};  // splits with nothing missing (resume); empty: none
  int retry_split = 2;              // a split is given up after 1 + retry_split runs in vain
  int max_prefetch = 32;            // splits a slot may hold beyond the one it works on
  // A slot holds about this much work ahead, so that it never runs dry while a frame travels.
  Duration work_ahead = std::chrono::milliseconds(250);
  bool speculation = true;
  double multiplier = 2;
  double quartile = 0.75;
  Duration lease{};  // a slot silent for this long has lost its splits; zero: never
};

struct Action {
  enum class Kind {
    grant,     // give `split` to `slot`: the inputs of it that miss a line
    revoke,    // tell `slot` to drop `split`: its lines are no longer wanted
    end_slot,  // the slot is silent: end it (its splits are queued again already)
    give_up,   // `split` was lost too often: the inputs it misses fail
  };
  Kind kind;
  SlotId slot = 0;
  SplitId split = 0;
  int attempt = 1;    // of a grant, from 1
  bool copy = false;  // a grant beside one that still runs
};
using Actions = std::vector<Action>;

class Scheduler {
 public:
  explicit Scheduler(SchedulerOptions options);

  // Events. Each returns what to do, in order.
  Actions slot_ready(SlotId slot, SteadyTime now);  // opened, may be given splits
  Actions slot_lost(SlotId slot, SteadyTime now);   // died or closed
  Actions tick(SteadyTime now);                     // leases and speculation
  void slot_alive(SlotId slot, SteadyTime now);     // any frame came
  void split_progress(SlotId slot, SplitId split);  // a line of it was new
  // The slot has answered its grant. `complete`: no input of the split misses a line; otherwise
  // the run was in vain and counts as one.
  Actions split_ended(SlotId slot, SplitId split, bool complete, SteadyTime now);

  bool done() const { return finished_count_ == options_.splits; }
  std::uint64_t finished() const { return finished_count_; }
  std::uint64_t copies_started() const { return copies_started_; }
  // Splits no slot has been given yet.
  std::uint64_t pending() const { return untouched_ + retry_.size(); }

 private:
  struct Run {
    SlotId slot;
    SteadyTime granted;
    bool progress = false;
  };
  struct OpenSplit {
    int attempt = 0;  // runs started one after another, copies not counted
    int in_vain = 0;  // runs lost in a row without a new line
    std::vector<Run> runs;
  };
  struct Slot {
    SteadyTime last_seen;
    std::deque<SplitId> granted;  // oldest first
    std::optional<SteadyTime> last_end;
    Duration pace{};  // between ends, smoothed; zero: not known yet
  };

  std::size_t capacity(const Slot& slot) const;
  std::optional<SplitId> take_pending();
  void grant(SlotId slot_id, SplitId split, bool copy, SteadyTime now, Actions& out);
  void fill(SteadyTime now, Actions& out);
  void drop_run(SlotId slot_id, SplitId split, bool blamed, Actions& out);
  void finish(SplitId split, Actions& out);
  void lose(SlotId slot_id, SteadyTime now, Actions& out);
  void speculate(SteadyTime now, Actions& out);
  void note_duration(Duration duration);
  Duration median_duration() const;

  SchedulerOptions options_;
  std::vector<bool> finished_;
  std::uint64_t finished_count_ = 0;
  std::uint64_t next_ = 0;       // first split never granted, unless finished
  std::uint64_t untouched_ = 0;  // from next_ on, not finished
  std::deque<SplitId> retry_;
  std::map<SplitId, OpenSplit> open_;
  std::map<SlotId, Slot> slots_;
  std::vector<Duration> durations_;  // of the newest ended runs, a ring
  std::size_t duration_next_ = 0;
  std::uint64_t copies_started_ = 0;
};

}  // namespace orch::job
