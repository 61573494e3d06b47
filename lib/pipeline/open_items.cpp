#include "pipeline/open_items.h"

#include <algorithm>

namespace orch::pipeline {

namespace {
constexpr std::size_t kFirstTable = 64;
}

OpenItems::OpenItems(int threads) : threads_(threads), table_(kFirstTable) {}

void OpenItems::open(std::span<Item* const> line, SteadyTime now) {
  const std::uint64_t number = next_line_++;
  ++lines_;
  for (Item* item : line) {
    item->line = number;
    item->line_bytes = 0;
    item->started = now;
    item->clocked = false;
    enter(*item);
    item->previous_open = youngest_;
    item->next_open = nullptr;
    (youngest_ == nullptr ? oldest_ : youngest_->next_open) = item;
    youngest_ = item;
    if (first_unclocked_ == nullptr) first_unclocked_ = item;
  }
  start_clocks(now);
}

void OpenItems::weigh_newest(std::size_t bytes) {
  youngest_->line_bytes = bytes;
  bytes_ += bytes;
}

// Ids need not follow each other: one whose place a straggler still holds is left out.
void OpenItems::enter(Item& item) {
  if (2 * (items_ + 1) > table_.size()) grow();
  while (table_[next_id_ & (table_.size() - 1)] != nullptr) ++next_id_;
  item.id = next_id_++;
  table_[item.id & (table_.size() - 1)] = &item;
  ++items_;
}

void OpenItems::grow() {
  std::vector<Item*> larger(2 * table_.size());
  for (Item* item = oldest_; item != nullptr; item = item->next_open) {
    larger[item->id & (larger.size() - 1)] = item;
  }
  table_ = std::move(larger);
}

Item* OpenItems::find(std::uint64_t id) const {
  Item* item = table_[id & (table_.size() - 1)];
  return item != nullptr && item->id == id ? item : nullptr;
}

bool OpenItems::alone_in_line(const Item& item) {
  const bool before = item.previous_open != nullptr && item.previous_open->line == item.line;
  const bool after = item.next_open != nullptr && item.next_open->line == item.line;
  return !before && !after;
}

void OpenItems::close(Item& item, SteadyTime now) {
  if (alone_in_line(item)) {
    --lines_;
    if (item.clocked) --clocked_lines_;
  }
  if (first_unclocked_ == &item) first_unclocked_ = item.next_open;
  (item.previous_open == nullptr ? oldest_ : item.previous_open->next_open) = item.next_open;
  (item.next_open == nullptr ? youngest_ : item.next_open->previous_open) = item.previous_open;
  // The bytes of a line go with the last of its items.
  if (item.line_bytes > 0) {
    Item* kin = item.previous_open;
    if (kin != nullptr && kin->line == item.line) {
      kin->line_bytes = item.line_bytes;
    } else {
      bytes_ -= item.line_bytes;
    }
  }
  table_[item.id & (table_.size() - 1)] = nullptr;
  --items_;
  start_clocks(now);
}

void OpenItems::start_clocks(SteadyTime now) {
  while (clocked_lines_ < threads_ && first_unclocked_ != nullptr) {
    const std::uint64_t line = first_unclocked_->line;
    ++clocked_lines_;
    while (first_unclocked_ != nullptr && first_unclocked_->line == line) {
      first_unclocked_->clocked = true;
      first_unclocked_->started = now;
      first_unclocked_ = first_unclocked_->next_open;
    }
  }
}

std::optional<SteadyTime> OpenItems::earliest_clock() const {
  std::optional<SteadyTime> earliest;
  for (const Item* item = oldest_; item != nullptr && item->clocked; item = item->next_open) {
    if (!earliest || item->started < *earliest) earliest = item->started;
  }
  return earliest;
}

}  // namespace orch::pipeline
