#include "base/timer_queue.h"

#include <vector>

namespace orch {

TimerQueue::Id TimerQueue::add(SteadyTime time, Handler handler) {
  const Id id = ++last_id_;
  queue_.emplace(Key{time, id}, std::move(handler));
  times_.emplace(id, time);
  return id;
}

void TimerQueue::cancel(Id id) {
  const auto found = times_.find(id);
  if (found == times_.end()) return;
  // The handler goes last: its captures may cancel further timers while they are destroyed.
  const auto node = queue_.extract(Key{found->second, id});
  times_.erase(found);
}

std::optional<SteadyTime> TimerQueue::next() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first.first;
}

void TimerQueue::run_due(SteadyTime now) {
  if (queue_.empty() || queue_.begin()->first.first > now) return;
  std::vector<Key> due;
  for (const auto& [key, handler] : queue_) {
    if (key.first > now) break;
    due.push_back(key);
  }
  for (const auto& key : due) {
    auto node = queue_.extract(key);
    if (node.empty()) continue;  // cancelled by a handler before it
    times_.erase(key.second);
    if (node.mapped()) node.mapped()();
  }
}

}  // namespace orch
