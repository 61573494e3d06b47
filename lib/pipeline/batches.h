// Batches on their way through a worker. A batch whose items all fail may have failed for one of
// them: its errors are held back until it is known, and then each item is tried singly.
#pragma once

#include <list>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "pipeline/item.h"
#include "pipeline/item_error.h"

namespace orch::pipeline {

struct BatchFailure {
  Item* item = nullptr;
  ItemError error;
  bool retryable = false;
};

struct Batch {
  std::list<Batch>::iterator self;
  std::size_t open = 0;
  bool any_passed = false;
  std::vector<BatchFailure> failures;
};

// A batch that has ended: what becomes of those that failed.
struct BatchEnd {
  std::vector<BatchFailure> failures;
  bool retry_singly = false;
};

class Batches {
 public:
  // From now on the items belong together; a single one belongs to nothing.
  void form(std::span<Item* const> items);
  // Each takes the item out of its batch; a value when that was the last one.
  std::optional<BatchEnd> passed(Item& item);
  std::optional<BatchEnd> failed(Item& item, ItemError error, bool retryable);
  std::optional<BatchEnd> lost(Item& item);  // its worker died

 private:
  std::optional<BatchEnd> leave(Item& item);
  std::list<Batch> open_;
};

// When the waiting items make a batch.
struct Batcher {
  std::size_t size = 1;
  Duration max_delay{};

  bool due(const ItemQueue& waiting, SteadyTime now) const {
    return waiting.size() >= size || now >= waiting.front()->waiting_since + max_delay;
  }
};

}  // namespace orch::pipeline
