#include "pipeline/batches.h"

#include <utility>

namespace orch::pipeline {

void Batches::form(std::span<Item* const> items) {
  if (items.size() < 2) {
    for (Item* item : items) item->batch = nullptr;
    return;
  }
  Batch& batch = open_.emplace_front();
  batch.self = open_.begin();
  batch.open = items.size();
  for (Item* item : items) item->batch = &batch;
}

std::optional<BatchEnd> Batches::passed(Item& item) {
  item.batch->any_passed = true;
  return leave(item);
}

std::optional<BatchEnd> Batches::failed(Item& item, ItemError error, bool retryable) {
  item.batch->failures.push_back({&item, std::move(error), retryable});
  return leave(item);
}

std::optional<BatchEnd> Batches::lost(Item& item) { return leave(item); }

std::optional<BatchEnd> Batches::leave(Item& item) {
  Batch& batch = *std::exchange(item.batch, nullptr);
  if (--batch.open > 0) return std::nullopt;
  BatchEnd end{std::move(batch.failures), !batch.any_passed};
  open_.erase(batch.self);
  return end;
}

}  // namespace orch::pipeline
