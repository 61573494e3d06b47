#include "job/scheduler.h"

#include <algorithm>

namespace orch::job {
namespace {

// Enough for a steady median, small enough to sort at each look.
constexpr std::size_t kRememberedDurations = 501;

}  // namespace

Scheduler::Scheduler(SchedulerOptions options)
    : options_(std::move(options)), finished_(std::move(options_.finished)) {
  finished_.resize(options_.splits, false);
  finished_count_ =
      static_cast<std::uint64_t>(std::count(finished_.begin(), finished_.end(), true));
  untouched_ = options_.splits - finished_count_;
}

Actions Scheduler::slot_ready(SlotId slot, SteadyTime now) {
  Actions out;
  slots_[slot] = Slot{.last_seen = now, .granted = {}, .last_end = {}, .pace = {}};
  fill(now, out);
  return out;
}

void Scheduler::slot_alive(SlotId slot, SteadyTime now) {
  if (const auto found = slots_.find(slot); found != slots_.end()) found->second.last_seen = now;
}

Actions Scheduler::slot_lost(SlotId slot, SteadyTime now) {
  Actions out;
  lose(slot, now, out);
  return out;
}

void Scheduler::split_progress(SlotId slot, SplitId split) {
  const auto found = open_.find(split);
  if (found == open_.end()) return;
  for (Run& run : found->second.runs) {
    if (run.slot == slot) run.progress = true;
  }
}

Actions Scheduler::split_ended(SlotId slot_id, SplitId split, bool complete, SteadyTime now) {
  Actions out;
  const auto slot = slots_.find(slot_id);
  const auto open = open_.find(split);
  if (slot == slots_.end() || open == open_.end()) return out;
  auto& granted = slot->second.granted;
  const auto position = std::find(granted.begin(), granted.end(), split);
  if (position == granted.end()) return out;  // revoked meanwhile

  if (complete) {
    for (const Run& run : open->second.runs) {
      if (run.slot == slot_id) note_duration(now - run.granted);
    }
    if (slot->second.last_end) {
      const Duration gap = now - *slot->second.last_end;
      slot->second.pace =
          slot->second.pace == Duration::zero() ? gap : (slot->second.pace * 3 + gap) / 4;
    }
    slot->second.last_end = now;
    granted.erase(position);
    std::erase_if(open->second.runs, [&](const Run& run) { return run.slot == slot_id; });
    finish(split, out);
  } else {
    granted.erase(position);
    drop_run(slot_id, split, true, out);
  }
  fill(now, out);
  return out;
}

Actions Scheduler::tick(SteadyTime now) {
  Actions out;
  if (options_.lease > Duration::zero()) {
    std::vector<SlotId> silent;
    for (const auto& [id, slot] : slots_) {
      if (now - slot.last_seen > options_.lease) silent.push_back(id);
    }
    for (const SlotId id : silent) {
      out.push_back({.kind = Action::Kind::end_slot, .slot = id});
      lose(id, now, out);
    }
  }
  if (options_.speculation) speculate(now, out);
  return out;
}

// How many splits the slot may hold: enough for work_ahead at its pace. The last splits are kept
// back for whoever is free first.
std::size_t Scheduler::capacity(const Slot& slot) const {
  if (pending() <= slots_.size()) return 1;
  if (slot.pace <= Duration::zero()) return 2;
  const auto ahead = static_cast<std::size_t>(options_.work_ahead / slot.pace) + 1;
  return 1 + std::min(ahead, static_cast<std::size_t>(options_.max_prefetch));
}

std::optional<SplitId> Scheduler::take_pending() {
  if (!retry_.empty()) {
    const SplitId split = retry_.front();
    retry_.pop_front();
    return split;
  }
  while (next_ < options_.splits && finished_[next_]) ++next_;
  if (next_ == options_.splits) return std::nullopt;
  --untouched_;
  return static_cast<SplitId>(next_++);
}

void Scheduler::grant(SlotId slot_id, SplitId split, bool copy, SteadyTime now, Actions& out) {
  OpenSplit& open = open_[split];
  if (!copy) ++open.attempt;
  open.runs.push_back({.slot = slot_id, .granted = now});
  slots_[slot_id].granted.push_back(split);
  out.push_back({.kind = Action::Kind::grant,
                 .slot = slot_id,
                 .split = split,
                 .attempt = open.attempt,
                 .copy = copy});
}

// The slot with the least work gets the next split, until all hold what they may.
void Scheduler::fill(SteadyTime now, Actions& out) {
  while (pending() > 0) {
    SlotId best = 0;
    const Slot* least = nullptr;
    for (const auto& [id, slot] : slots_) {
      if (slot.granted.size() >= capacity(slot)) continue;
      if (least == nullptr || slot.granted.size() < least->granted.size()) {
        least = &slot;
        best = id;
      }
    }
    if (least == nullptr) return;
    const std::optional<SplitId> split = take_pending();
    if (!split) return;
    grant(best, *split, false, now, out);
  }
}

// One run of a split ended without completing it. Only a blamed one without a new line counts
// towards giving up: splits that merely waited in a slot that died are innocent.
void Scheduler::drop_run(SlotId slot_id, SplitId split, bool blamed, Actions& out) {
  const auto found = open_.find(split);
  if (found == open_.end()) return;
  OpenSplit& open = found->second;
  const auto run = std::find_if(open.runs.begin(), open.runs.end(),
                                [&](const Run& r) { return r.slot == slot_id; });
  if (run == open.runs.end()) return;
  if (run->progress) {
    open.in_vain = 0;
  } else if (blamed) {
    ++open.in_vain;
  }
  open.runs.erase(run);
  if (!open.runs.empty()) return;  // a copy, or the original, still runs
  if (open.in_vain > options_.retry_split) {
    out.push_back({.kind = Action::Kind::give_up, .split = split});
    finish(split, out);
  } else {
    retry_.push_back(split);
  }
}

void Scheduler::finish(SplitId split, Actions& out) {
  const auto found = open_.find(split);
  if (found == open_.end()) return;
  for (const Run& run : found->second.runs) {
    std::erase(slots_[run.slot].granted, split);
    out.push_back({.kind = Action::Kind::revoke, .slot = run.slot, .split = split});
  }
  open_.erase(found);
  finished_[split] = true;
  ++finished_count_;
}

void Scheduler::lose(SlotId slot_id, SteadyTime now, Actions& out) {
  const auto found = slots_.find(slot_id);
  if (found == slots_.end()) return;
  const std::deque<SplitId> granted = std::move(found->second.granted);
  slots_.erase(found);
  bool oldest = true;
  for (const SplitId split : granted) {
    drop_run(slot_id, split, oldest, out);
    oldest = false;
  }
  fill(now, out);
}

void Scheduler::speculate(SteadyTime now, Actions& out) {
  if (pending() > 0 || durations_.empty()) return;
  if (static_cast<double>(finished_count_) <
      options_.quartile * static_cast<double>(options_.splits)) {
    return;
  }
  const auto limit = std::chrono::duration_cast<Duration>(median_duration() * options_.multiplier);
  for (const auto& [id, slot] : slots_) {
    if (!slot.granted.empty()) continue;
    std::optional<SplitId> slowest;
    SteadyTime since = now;
    for (const auto& [split, open] : open_) {
      if (open.runs.size() != 1) continue;
      const Run& run = open.runs.front();
      if (now - run.granted > limit && run.granted < since) {
        slowest = split;
        since = run.granted;
      }
    }
    if (!slowest) return;
    ++copies_started_;
    grant(id, *slowest, true, now, out);
  }
}

void Scheduler::note_duration(Duration duration) {
  if (durations_.size() < kRememberedDurations) {
    durations_.push_back(duration);
  } else {
    durations_[duration_next_] = duration;
    duration_next_ = (duration_next_ + 1) % kRememberedDurations;
  }
}

Duration Scheduler::median_duration() const {
  std::vector<Duration> sorted = durations_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

}  // namespace orch::job
