#include "pipeline/run_stage.h"

#include <algorithm>

namespace orch::pipeline {

namespace {

constexpr std::size_t kMostSent = 1 << 20;      // bytes a worker holds
constexpr std::size_t kMostHandedOn = 8 << 20;  // bytes of results waiting for this stage
constexpr std::size_t kSmallestQueue = 16;

int divide_up(std::size_t total, std::size_t parts) {
  return static_cast<int>((total + parts - 1) / parts);
}

}  // namespace

RunStage::RunStage(const StageContext& context, const job::StageSpec& spec, std::size_t number,
                   bool last)
    : context_(context), spec_(spec), number_(number), last_(last) {
  command_.argv = spec.argv;
  command_.env = stage_environment(context.config, spec.name);
  command_.directory = context.config.working_dir;
  if (spec.batch) {
    batcher_ = {static_cast<std::size_t>(std::max(spec.batch->size, 1)), spec.batch->max_delay};
  }
  stats_.stage = spec.name;
  for (int i = 0; i < spec.processes; ++i) {
    Slot& slot = slots_.emplace_back();
    slot.worker =
        std::make_unique<RunWorker>(context_.loop, spec_, static_cast<RunWorker::Owner&>(*this));
  }
}

void RunStage::push(Item& item) {
  item.waiting_since = context_.loop.now();
  waiting_bytes_ += item.carried.size();
  waiting_.push(item);
}

bool RunStage::has_room() const {
  if (waiting_bytes_ >= kMostHandedOn) return false;
  std::size_t wanted = kSmallestQueue;
  for (const Slot& slot : slots_) {
    wanted += 2 * static_cast<std::size_t>(slot.worker->window()) * batcher_.size;
  }
  return waiting_.size() < wanted;
}

std::optional<SteadyTime> RunStage::pump(SteadyTime now) {
  std::optional<SteadyTime> wake;
  take_ends(now);
  for (Slot& slot : slots_) slot.worker->tick(now);
  start_due(now);
  if (!finishing_ && !gave_up_) dispatch(now);
  for (Slot& slot : slots_) {
    slot.worker->flush();
    sooner(wake, slot.worker->tick(now));
    if (slot.worker->state() == RunWorker::State::absent && slot.start_at > now) {
      sooner(wake, slot.start_at);
    }
  }
  if (spec_.batch && !waiting_.empty()) {
    const SteadyTime due = waiting_.front()->waiting_since + batcher_.max_delay;
    if (due > now) sooner(wake, due);
  }
  return wake;
}

// Shares what waits among the workers, so that none hoards while another is idle.
void RunStage::dispatch(SteadyTime now) {
  std::size_t workers = 0;
  int lines = waiting_lines();
  for (Slot& slot : slots_) {
    RunWorker& worker = *slot.worker;
    if (!worker.accepts()) continue;
    if (worker.in_quarantine()) fill_quarantine(worker, now);
    if (worker.in_quarantine()) continue;
    ++workers;
    lines += worker.open().lines();
  }
  if (workers == 0 || (waiting_.empty() && singles_.empty())) return;
  const int share = divide_up(static_cast<std::size_t>(lines), workers);
  for (Slot& slot : slots_) {
    RunWorker& worker = *slot.worker;
    if (worker.accepts() && !worker.in_quarantine()) fill(worker, share, now);
  }
}

int RunStage::waiting_lines() const {
  return divide_up(waiting_.size(), batcher_.size) + static_cast<int>(singles_.size());
}

void RunStage::fill(RunWorker& worker, int share, SteadyTime now) {
  const int most = std::min(worker.window(), share);
  while (worker.open().lines() < most && worker.open().bytes() < kMostSent &&
         context_.host.room_after(number_) && collect(now)) {
    send_collected(worker, now);
  }
}

void RunStage::fill_quarantine(RunWorker& worker, SteadyTime now) {
  if (!worker.open().empty()) return;
  if (suspects_.empty()) {
    worker.set_quarantine(false);
    return;
  }
  collected_.assign(1, &suspects_.pop());
  send_collected(worker, now);
}

// The items of the next line. False: nothing can be sent now.
bool RunStage::collect(SteadyTime now) {
  collected_.clear();
  if (!singles_.empty()) {
    collected_.push_back(&singles_.pop());
    return true;
  }
  if (waiting_.empty() || (spec_.batch && !batcher_.due(waiting_, now))) return false;
  std::size_t bytes = 0;
  while (collected_.size() < batcher_.size && bytes < kMostSent) {
    Item* item = next_affordable();
    if (item == nullptr) break;
    waiting_bytes_ -= item->carried.size();
    bytes += item->input.size() + item->current_meta().size() + item->path.size();
    collected_.push_back(item);
  }
  return !collected_.empty();
}

// The file it may write comes out of the budget, as far as one can tell before.
bool RunStage::affordable(const Item& item) const {
  if (last_ || out_guess_.bytes() == 0) return true;
  const ByteBudget& budget = context_.files.budget();
  const std::size_t others = in_flight_ + collected_.size();
  const bool alone = others == 0 && budget.in_use() == item.path_bytes;
  return budget.allows(out_guess_.bytes() * (others + 1), alone || &item == context_.host.oldest());
}

// The first that waits or, when there is no room for its file, the oldest of all: it may always
// go on, or the others would wait for it and it for them.
Item* RunStage::next_affordable() {
  if (waiting_.empty()) return nullptr;
  if (affordable(*waiting_.front())) return &waiting_.pop();
  Item* found = nullptr;
  waiting_.remove_if([&](const Item& item) { return &item == context_.host.oldest(); },
                     [&](Item& item) { found = &item; });
  return found;
}

void RunStage::send_collected(RunWorker& worker, SteadyTime now) {
  for (Item* item : collected_) {
    ++item->attempts;
    ++in_flight_;
    if (last_) continue;
    auto path = context_.files.new_path();
    if (path) {
      item->out = std::move(*path);
    } else if (!std::exchange(gave_up_, true)) {
      context_.host.stage_failed(std::move(path).error());
    }
  }
  batches_.form(collected_);
  worker.send(collected_, spec_.batch.has_value(), now);
}

void RunStage::drop_revoked() {
  const auto revoked = [](const Item& item) { return item.revoked(); };
  waiting_.remove_if(revoked, [&](Item& item) {
    waiting_bytes_ -= item.carried.size();
    context_.host.dropped(item);
  });
  singles_.remove_if(revoked, [&](Item& item) { context_.host.dropped(item); });
  suspects_.remove_if(revoked, [&](Item& item) { context_.host.dropped(item); });
}

void RunStage::finish(SteadyTime now) {
  finishing_ = true;
  for (Slot& slot : slots_) slot.worker->finish(context_.config.stop_grace, now);
}

bool RunStage::finished() const {
  return std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) {
    return slot.worker->state() == RunWorker::State::absent;
  });
}

void RunStage::kill() {
  for (Slot& slot : slots_) slot.worker->kill();
}

job::StageStats RunStage::stats() const {
  job::StageStats stats = stats_;
  stats.in_flight = in_flight_;
  stats.waiting = waiting_.size() + singles_.size() + suspects_.size();
  Duration busy{};
  Duration up{};
  for (const Slot& slot : slots_) {
    busy += slot.worker->busy();
    up += slot.worker->up();
  }
  stats.busy_seconds = to_seconds(busy);
  stats.slot_seconds = to_seconds(up) * spec_.threads;
  return stats;
}

void RunStage::on_ready(RunWorker&) { health_.ready(); }

void RunStage::on_stray(RunWorker& worker, std::string_view line) {
  ++stray_lines_;
  on_said(worker, line, true);
}

void RunStage::on_said(RunWorker& worker, std::string_view line, bool on_stdout) {
  LogSource source{spec_.name, worker.pid(), {}, on_stdout};
  if (const Item* item = worker.open().oldest()) source.split = item->grant->split;
  context_.log.add(source, line);
  if (!on_stdout) last_lines_.add(line);
}

}  // namespace orch::pipeline
