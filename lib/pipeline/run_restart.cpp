// Starts and ends of the workers of a stage, and the items they held.
#include <fmt/core.h>

#include "base/text.h"
#include "pipeline/run_stage.h"

namespace orch::pipeline {

Status RunStage::start() {
  const SteadyTime now = context_.loop.now();
  for (Slot& slot : slots_) ORCH_TRY(start_worker(slot, now));
  return {};
}

// Error: no start will ever work.
Status RunStage::start_worker(Slot& slot, SteadyTime now) {
  Status started = slot.worker->start(command_, now);
  if (started) return {};
  Error error = std::move(started).error();
  if (is_permanent(error)) return fail(cannot_run(spec_, std::move(error)));
  // Out of processes or memory: that may pass.
  if (health_.start_failed()) return fail(cannot_run(spec_, std::move(error)));
  slot.start_at = now + std::chrono::milliseconds(100);
  return {};
}

void RunStage::start_due(SteadyTime now) {
  if (finishing_ || gave_up_) return;
  for (Slot& slot : slots_) {
    if (slot.worker->state() != RunWorker::State::absent || slot.start_at > now) continue;
    if (Status started = start_worker(slot, now); !started) {
      gave_up_ = true;
      context_.host.stage_failed(std::move(started).error());
      return;
    }
  }
}

void RunStage::take_ends(SteadyTime now) {
  for (Slot& slot : slots_) {
    if (auto end = slot.worker->take_end(now)) handle_end(slot, std::move(*end), now);
  }
}

void RunStage::handle_end(Slot& slot, WorkerEnd end, SteadyTime now) {
  in_flight_ -= end.held.size() + end.untouched.size();
  for (auto item = end.untouched.rbegin(); item != end.untouched.rend(); ++item) {
    if ((*item)->batch != nullptr) settle(batches_.lost(**item));
    context_.files.drop_out(**item);
    --(*item)->attempts;
    waiting_bytes_ += (*item)->carried.size();
    waiting_.push_front(**item);
  }
  if (finishing_ || gave_up_) return;
  if (end.was_ready) ++stats_.restarts;
  if (!end.was_ready) {
    if (health_.start_failed()) {
      return give_up(
          fmt::format("ended {} times in a row before it was ready", StageHealth::kFailedStarts),
          end);
    }
  } else if (!end.answered && end.held.empty()) {
    if (health_.ended_idle()) {
      return give_up(fmt::format("ended {} times in a row before it took an input",
                                 StageHealth::kFailedStarts),
                     end);
    }
  } else {
    health_.died();
    handle_held(slot, end);
  }
  slot.start_at = now + health_.restart_delay();
}

void RunStage::handle_held(Slot& slot, const WorkerEnd& end) {
  const bool alone = end.held.size() == 1;
  for (Item* item : end.held) {
    item->visited[number_] = true;
    if (item->batch != nullptr) settle(batches_.lost(*item));
    context_.files.drop_out(*item);
    if (item->revoked()) {
      context_.host.dropped(*item);
    } else if (alone && health_.died_alone_with(*item)) {
      condemn(*item, end);
    } else {
      suspects_.push(*item);
    }
  }
  if (!suspects_.empty()) slot.worker->set_quarantine(true);
}

void RunStage::condemn(Item& item, const WorkerEnd& end) {
  fail_item(item, condemned_error(end));
  if (health_.condemned()) {
    give_up(fmt::format("ended on {} inputs in a row, each alone and twice",
                        StageHealth::kCondemnedInARow),
            end);
  }
}

ItemError RunStage::condemned_error(const WorkerEnd& end) const {
  std::string message = describe(end, spec_);
  const char* code = item_code::kWorkerDied;
  if (end.cause == EndCause::timed_out) {
    code = item_code::kTimedOut;
  } else if (end.cause == EndCause::line_too_long) {
    code = item_code::kResultTooLarge;
  } else if (!last_lines_.last().empty()) {
    message += fmt::format(": {}", last_lines_.last());
  }
  return {code, fmt::format("twice alone on a worker: {}", message)};
}

void RunStage::give_up(std::string_view after, const WorkerEnd& end) {
  if (std::exchange(gave_up_, true)) return;
  Error error;
  error.code = ErrorCode::stage_failed;
  error.message = fmt::format("stage {}: {} {}, the last time with: {}", spec_.name,
                              printable(join(spec_.argv, " ")), after, describe(end, spec_));
  if (!last_lines_.last().empty()) error.message += fmt::format(": {}", last_lines_.last());
  error.details = last_lines_.lines();
  context_.host.stage_failed(std::move(error));
}

}  // namespace orch::pipeline
