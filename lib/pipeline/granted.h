// The splits this task manager holds and the items that have entered the pipeline, oldest first.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/item.h"

namespace orch::pipeline {

class Granted {
 public:
  // A grant frame's body. The items wait here until next() is called.
  // The split when it has no items: its end is due at once.
  Result<std::optional<std::uint32_t>> add(std::string_view body);

  // Items that have not entered the pipeline yet.
  std::size_t waiting() const { return waiting_; }
  // The next of them as an Item, youngest of all; waiting() must not be 0.
  Item& next();

  // The item has had its line (or was revoked) and leaves. True when it was the last of a grant
  // that was not revoked: its end is due.
  bool finish(Item& item);

  // Drops what waits of the split and marks the rest, which no longer counts as old.
  void revoke(std::uint32_t split);

  // The oldest item in the pipeline; nullptr when there is none.
  const Item* oldest() const { return oldest_; }
  bool empty() const { return waiting_ == 0 && live_ == 0; }

 private:
  void append(Item& item);
  void unlink(Item& item);
  void forget(Grant& grant);

  std::list<Grant> grants_;
  std::deque<Item> storage_;
  std::vector<Item*> free_;
  Item* oldest_ = nullptr;
  Item* youngest_ = nullptr;
  std::size_t waiting_ = 0;
  std::size_t live_ = 0;
};

}  // namespace orch::pipeline
