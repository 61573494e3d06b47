// The items a worker holds: found by id, kept by age, and with a clock on those among the oldest
// `threads` lines (a line carries one item, or a batch).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "pipeline/item.h"

namespace orch::pipeline {

class OpenItems {
 public:
  explicit OpenItems(int threads);

  // Adds the items of one line and gives each its id, in the order given.
  void open(std::span<Item* const> line, SteadyTime now);
  // How long the newest line has become.
  void weigh_newest(std::size_t bytes);
  // nullptr: never given out, or answered already.
  Item* find(std::uint64_t id) const;
  void close(Item& item, SteadyTime now);

  bool empty() const { return oldest_ == nullptr; }
  std::size_t items() const { return items_; }
  int lines() const { return lines_; }
  std::size_t bytes() const { return bytes_; }
  Item* oldest() const { return oldest_; }
  // When the first clock that runs was started; nullopt when none runs.
  std::optional<SteadyTime> earliest_clock() const;
  // How long it has been answering the item, or if it took it up early: since it was sent.
  static Duration time_of(const Item& item, SteadyTime now) { return now - item.started; }

 private:
  void enter(Item& item);
  void grow();
  void start_clocks(SteadyTime now);
  static bool alone_in_line(const Item& item);

  int threads_;
  std::vector<Item*> table_;  // at id modulo its size, a power of two
  std::uint64_t next_id_ = 1;
  std::uint64_t next_line_ = 1;
  Item* oldest_ = nullptr;
  Item* youngest_ = nullptr;
  Item* first_unclocked_ = nullptr;
  int clocked_lines_ = 0;
  std::size_t items_ = 0;
  int lines_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace orch::pipeline
