// What becomes of an item that a worker answered.
#include <sys/stat.h>

#include "pipeline/run_stage.h"

namespace orch::pipeline {

void RunStage::on_answer(RunWorker&, Item& item, const Answer& answer, Duration took) {
  --in_flight_;
  health_.answered();
  item.spent[number_] += took;
  item.visited[number_] = true;
  stats_.latency.add(took);
  if (item.revoked()) {
    if (item.batch != nullptr) settle(batches_.lost(item));
    context_.host.dropped(item);
    return;
  }
  if (answer.failed) {
    context_.files.drop_out(item);
    return answered_badly(item, {item_code::kWorkerError, message_text(answer)}, answer.retryable);
  }
  if (auto error = answer.out ? take_out(item) : std::nullopt) {
    return answered_badly(item, std::move(*error), false);
  }
  context_.files.drop_out(item);
  answered_well(item, answer);
}

// Makes the file the worker wrote the item's own.
std::optional<ItemError> RunStage::take_out(Item& item) {
  if (item.out.empty()) {
    return ItemError{item_code::kBadAnswer,
                     "the worker answered \"out\":true, but the last stage has no `out`"};
  }
  struct stat status {};
  if (::stat(item.out.c_str(), &status) != 0) {
    return ItemError{item_code::kBadAnswer,
                     "the worker answered \"out\":true without writing the file"};
  }
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  out_guess_.saw(bytes);
  std::string path = std::move(item.out);
  item.out.clear();
  context_.files.adopt(item, std::move(path), bytes);
  return std::nullopt;
}

void RunStage::answered_well(Item& item, const Answer& answer) {
  ++stats_.done;
  std::optional<BatchEnd> end;
  if (item.batch != nullptr) end = batches_.passed(item);
  context_.host.passed(number_, item, answer.result);
  settle(std::move(end));
}

void RunStage::answered_badly(Item& item, ItemError error, bool retryable) {
  if (item.batch != nullptr) return settle(batches_.failed(item, std::move(error), retryable));
  settle_failure({&item, std::move(error), retryable});
}

void RunStage::settle(std::optional<BatchEnd> end) {
  if (!end) return;
  for (BatchFailure& failure : end->failures) {
    if (end->retry_singly && !failure.item->revoked()) {
      singles_.push(*failure.item);
    } else {
      settle_failure(std::move(failure));
    }
  }
}

void RunStage::settle_failure(BatchFailure failure) {
  Item& item = *failure.item;
  if (item.revoked()) return context_.host.dropped(item);
  if (failure.retryable && item.retries < context_.config.retry_item) {
    ++item.retries;
    return push(item);
  }
  fail_item(item, std::move(failure.error));
}

void RunStage::fail_item(Item& item, ItemError error) {
  ++stats_.failed;
  context_.files.drop_out(item);
  context_.host.failed(number_, item, std::move(error));
}

}  // namespace orch::pipeline
