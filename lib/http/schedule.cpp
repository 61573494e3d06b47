#include "http/schedule.h"

#include <algorithm>

namespace orch::http {
void Schedule::push(Id id, const std::string& origin) {
  auto& entry = *hosts_.try_emplace(origin, per_host_).first;
  entry.second.waiting.push_back(id);
  offer(entry);
}

void Schedule::push_front(Id id, const std::string& origin) {
  auto& entry = *hosts_.try_emplace(origin, per_host_).first;
  entry.second.waiting.push_front(id);
  offer(entry);
}

void Schedule::remove(Id id, const std::string& origin) {
  const auto found = hosts_.find(origin);
  if (found == hosts_.end()) return;
  std::erase(found->second.waiting, id);
}

std::optional<Schedule::Id> Schedule::next(SteadyTime now) {
  while (!closed_.empty() && closed_.begin()->first <= now) {
    Entry& entry = *closed_.begin()->second;
    closed_.erase(closed_.begin());
    entry.second.closed = false;
    offer(entry);
  }
  while (!turns_.empty()) {
    Entry& entry = *turns_.front();
    turns_.pop_front();
    Host& host = entry.second;
    host.in_turns = false;
    if (!may_start(host)) continue;
    const Id id = host.waiting.front();
    host.waiting.pop_front();
    ++host.running;
    offer(entry);
    return id;
  }
  return std::nullopt;
}

void Schedule::release(const std::string& origin, HostVerdict verdict, SteadyTime now,
                       std::optional<SteadyTime> closed_until) {
  const auto found = hosts_.find(origin);
  if (found == hosts_.end()) return;
  Entry& entry = *found;
  Host& host = entry.second;
  switch (verdict) {
    case HostVerdict::answered:
      host.limit.succeeded();
      break;
    case HostVerdict::throttled:
      host.limit.throttled(now, host.running);
      break;
    case HostVerdict::unreachable:
      host.limit.unreachable(now, host.running);
      break;
    case HostVerdict::none:
      break;
  }
  --host.running;
  if (closed_until && !host.closed && *closed_until > now) {
    host.closed = true;
    closed_.emplace(*closed_until, &entry);
  }
  offer(entry);
  if (hosts_.size() > sweep_at_) forget_idle();
}

std::optional<SteadyTime> Schedule::next_opening() const {
  if (closed_.empty()) return std::nullopt;
  return closed_.begin()->first;
}

bool Schedule::may_start(const Host& host) {
  return !host.closed && !host.waiting.empty() && host.running < host.limit.limit();
}

void Schedule::offer(Entry& entry) {
  if (entry.second.in_turns || !may_start(entry.second)) return;
  entry.second.in_turns = true;
  turns_.push_back(&entry);
}

void Schedule::forget_idle() {
  std::erase_if(hosts_, [](const Entry& entry) {
    const Host& host = entry.second;
    return host.running == 0 && host.waiting.empty() && !host.in_turns && !host.closed;
  });
  sweep_at_ = std::max(kFewHosts, 2 * hosts_.size());
}

}  // namespace orch::http
