#include "job/runner.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "doc/json_slice.h"
#include "doc/value.h"
#include "job/result_line.h"

namespace orch::job {
namespace {

constexpr int kStartsInVain = 5;
constexpr std::size_t kLargestGrant = 48u << 20;
// A slot without a beat for this many intervals has lost its splits.
constexpr int kLeaseBeats = 15;
constexpr auto kSmallestLease = std::chrono::seconds(10);
// How long slots may take to end in order before they are ended.
constexpr auto kGrace = std::chrono::seconds(3);
constexpr auto kGraceWithRevoked = std::chrono::milliseconds(200);

SchedulerOptions scheduler_options(const RunnerOptions& options, const Ledger& ledger) {
  SchedulerOptions out;
  out.splits = options.plan.splits;
  out.finished.resize(options.plan.splits);
  for (std::uint64_t split = 0; split < options.plan.splits; ++split) {
    out.finished[split] =
        ledger.missing(options.plan.split_begin(split), options.plan.split_end(split)) == 0;
  }
  out.retry_split = options.retry_split;
  out.speculation = options.speculation.enabled;
  out.multiplier = options.speculation.multiplier;
  out.quartile = options.speculation.quartile;
  if (options.keep_alive.enabled) {
    out.lease = std::max<Duration>(options.keep_alive.interval * kLeaseBeats, kSmallestLease);
  }
  return out;
}

}  // namespace

struct Runner::Slot {
  SlotId id = 0;
  int task_manager = 0;
  std::unique_ptr<SlotChannel> channel;
  FrameDecoder decoder;
  Beat beat;
  bool spoke = false;    // its version frame came
  bool revoked = false;  // it may still work on what nobody wants
  bool broken = false;   // it spoke nonsense: nothing more is read
};

Runner::Runner(Loop& loop, Ledger& ledger, const SpoolReader& spool, SlotOpener open,
               RunnerOptions options, std::function<void(RunOutcome)> on_end)
    : loop_(loop),
      ledger_(ledger),
      spool_(spool),
      open_(std::move(open)),
      options_(std::move(options)),
      on_end_(std::move(on_end)),
      scheduler_(scheduler_options(options_, ledger)) {}

Runner::~Runner() {
  loop_.cancel(commit_timer_);
  loop_.cancel(tick_timer_);
  loop_.cancel(grace_timer_);
}

void Runner::start() {
  if (scheduler_.done()) {
    // Nothing is missing; the end still comes from inside the loop.
    grace_timer_ = loop_.after(Duration::zero(), [this] { wind_down({}); });
    return;
  }
  const std::uint64_t open_splits = options_.plan.splits - scheduler_.finished();
  const auto wanted = static_cast<int>(std::min<std::uint64_t>(
      open_splits, static_cast<std::uint64_t>(options_.plan.num_task_managers)));
  for (int task_manager = 1; task_manager <= wanted && !outcome_; ++task_manager) {
    open_slot(task_manager);
  }
  const auto tick = [this](auto&& self) -> void {
    tick_timer_ = loop_.after(options_.speculation.interval, [this, self] {
      if (outcome_) return;
      apply(scheduler_.tick(loop_.now()));
      self(self);
    });
  };
  tick(tick);
}

void Runner::stop() { wind_down({.end = RunEnd::stopped, .error = {}}); }

RunnerSnapshot Runner::snapshot() const {
  RunnerSnapshot snapshot;
  std::vector<Beat> beats;
  for (const auto& [id, slot] : slots_) beats.push_back(slot->beat);
  for (const auto& [id, beat] : closed_beats_) beats.push_back(beat);
  snapshot.stages = total(beats);
  snapshot.task_managers = slots_.size();
  snapshot.restarts = restarts_;
  snapshot.copies = scheduler_.copies_started();
  return snapshot;
}

void Runner::open_slot(int task_manager) {
  const SlotId id = next_slot_++;
  auto slot = std::make_unique<Slot>();
  slot->id = id;
  slot->task_manager = task_manager;
  SlotEvents events{
      .on_bytes = [this, id](std::string_view bytes) { on_bytes(id, bytes); },
      .on_closed = [this, id](const std::string& reason) { on_closed(id, reason); },
  };
  auto channel = open_({.job_id = options_.job_id,
                        .job_directory = options_.job_directory,
                        .task_manager = task_manager},
                       std::move(events));
  if (!channel) {
    fail_run(std::move(channel).error());
    return;
  }
  slot->channel = std::move(*channel);
  frames_.clear();
  append_version(frames_, options_.task_config(task_manager));
  slot->channel->send(frames_);
  slots_.emplace(id, std::move(slot));
}

void Runner::on_bytes(SlotId id, std::string_view bytes) {
  const auto found = slots_.find(id);
  if (found == slots_.end() || found->second->broken) return;
  Slot& slot = *found->second;
  scheduler_.slot_alive(id, loop_.now());
  slot.decoder.feed(bytes);
  while (!slot.broken) {
    Result<std::optional<Frame>> frame = slot.decoder.next();
    if (!frame) return broken(id, frame.error());
    if (!*frame) break;
    if (Status status = on_frame(id, **frame); !status) return broken(id, status.error());
  }
  commit_later();
  if (scheduler_.done() && !outcome_) wind_down({});
}

Status Runner::on_frame(SlotId id, const Frame& frame) {
  Slot& slot = *slots_.at(id);
  switch (frame.type) {
    case FrameType::version:
      ORCH_TRY(read_version(frame.body));
      slot.spoke = true;
      starts_in_vain_ = 0;
      if (!outcome_) apply(scheduler_.slot_ready(id, loop_.now()));
      return {};
    case FrameType::line:
      return on_line(id, ORCH_TRY(read_line(frame.body)));
    case FrameType::end:
      on_end_frame(id, ORCH_TRY(read_end(frame.body)));
      return {};
    case FrameType::beat:
      slot.beat = ORCH_TRY(parse_beat(frame.body));
      return {};
    case FrameType::stop:
      on_stop_frame(ORCH_TRY(read_stop(frame.body)));
      return {};
    case FrameType::grant:
      break;
  }
  return fail(ErrorCode::bad_answer, "a task manager sent a frame only runners send");
}

Status Runner::on_line(SlotId id, const Line& line) {
  if (line.index >= options_.plan.inputs) {
    return fail(ErrorCode::bad_answer, fmt::format("a line for input {} came, there are {}",
                                                   line.index, options_.plan.inputs));
  }
  Result<bool> taken = ledger_.offer(line.index, line.ok, line.text);
  if (!taken && taken.error().code == ErrorCode::bad_answer) return fail(std::move(taken).error());
  if (!taken) {
    fail_run(std::move(taken).error());
  } else if (*taken) {
    scheduler_.split_progress(id, line.split);
  }
  return {};
}

void Runner::on_end_frame(SlotId id, std::uint32_t split) {
  if (split >= options_.plan.splits || outcome_) return;
  const bool complete =
      ledger_.missing(options_.plan.split_begin(split), options_.plan.split_end(split)) == 0;
  apply(scheduler_.split_ended(id, split, complete, loop_.now()));
}

// A task manager says that it cannot go on; no other would fare better.
void Runner::on_stop_frame(const Stop& stop) {
  Error error{ErrorCode::stage_failed, "a task manager stopped without a reason", {}, {}, {}, {}};
  if (const auto value = doc::parse_json(stop.json, "stop frame")) {
    if (const doc::Value* message = value->find("message"); message && message->string()) {
      error.message = *message->string();
    }
    if (const doc::Value* hint = value->find("hint"); hint && hint->string()) {
      error.hint = *hint->string();
    }
    if (const doc::Value* lines = value->find("details"); lines && lines->array()) {
      for (const doc::Value& line : *lines->array()) {
        if (line.string()) error.details.push_back(*line.string());
      }
    }
  }
  if (error.hint.empty()) {
    error.hint = fmt::format("mend the worker, then `orch submit --resume {}` runs what is missing",
                             options_.job_id);
  }
  fail_run(std::move(error));
}

void Runner::on_closed(SlotId id, const std::string& reason) {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return;
  const std::unique_ptr<Slot> slot = std::move(found->second);
  slots_.erase(found);
  slot->beat.bytes_in_use = 0;
  for (StageStats& stage : slot->beat.stages) stage.in_flight = stage.waiting = 0;
  closed_beats_[static_cast<int>(id)] = std::move(slot->beat);
  if (outcome_) return end_if_closed();

  log_verbose(fmt::format("task manager {} ended ({}); its splits run again", slot->task_manager,
                          reason.empty() ? "without being told" : reason));
  apply(scheduler_.slot_lost(id, loop_.now()));
  commit_later();
  if (outcome_) return end_if_closed();
  if (scheduler_.done()) return wind_down({});
  ++restarts_;
  if (!slot->spoke && ++starts_in_vain_ >= kStartsInVain) {
    return fail_run({ErrorCode::work_failed,
                     fmt::format("{} task managers in a row ended before they were ready, the last "
                                 "with {}",
                                 kStartsInVain, reason.empty() ? "no reason" : reason),
                     fmt::format("`orch logs {}` shows what they said", options_.job_id),
                     {},
                     {},
                     {}});
  }
  open_slot(slot->task_manager);
}

void Runner::apply(const Actions& actions) {
  for (const Action& action : actions) {
    if (outcome_ && outcome_->end == RunEnd::failed) return;
    const auto found = slots_.find(action.slot);
    switch (action.kind) {
      case Action::Kind::grant:
        if (Status status = grant(action); !status) fail_run(std::move(status).error());
        break;
      case Action::Kind::revoke:
        if (found == slots_.end()) break;
        frames_.clear();
        append_stop(frames_, action.split);
        found->second->channel->send(frames_);
        found->second->revoked = true;
        break;
      case Action::Kind::end_slot:
        if (found == slots_.end()) break;
        log_verbose(fmt::format("task manager {} is silent; it is ended and its splits run again",
                                found->second->task_manager));
        found->second->channel->kill();
        break;
      case Action::Kind::give_up:
        if (Status status = give_up(action.split); !status) fail_run(std::move(status).error());
        break;
    }
  }
}

Status Runner::grant(const Action& action) {
  const auto found = slots_.find(action.slot);
  if (found == slots_.end()) return {};
  std::string text;
  std::vector<std::pair<std::uint64_t, std::size_t>> sizes;
  ORCH_TRY(spool_.read(options_.plan.split_begin(action.split),
                       options_.plan.split_end(action.split),
                       [&](std::uint64_t index, std::string_view record) {
                         if (ledger_.has(index)) return;
                         sizes.emplace_back(index, record.size());
                         text += record;
                       }));
  if (text.size() > kLargestGrant) {
    return fail(ErrorCode::invalid_value,
                fmt::format("split {} holds {} MiB of input, more than one frame carries",
                            action.split, text.size() >> 20),
                "lower split_size");
  }
  Grant grant{
      .split = action.split, .attempt = static_cast<std::uint32_t>(action.attempt), .items = {}};
  std::string_view rest = text;
  for (const auto& [index, size] : sizes) {
    grant.items.push_back({.index = index, .record = rest.substr(0, size)});
    rest.remove_prefix(size);
  }
  frames_.clear();
  append_grant(frames_, grant);
  found->second->channel->send(frames_);
  return {};
}

// Every run of the split ended with its task manager: the inputs it misses fail, by name.
Status Runner::give_up(SplitId split) {
  Status written;
  ORCH_TRY(spool_.read(
      options_.plan.split_begin(split), options_.plan.split_end(split),
      [&](std::uint64_t index, std::string_view record) {
        if (!written || ledger_.has(index)) return;
        const auto slices = doc::slice_object(record);
        const std::string line = failed_line(
            {.index = index,
             .input = slices ? slices->find("input") : std::string_view("null"),
             .code = "task_manager_died",
             .message = fmt::format("its task manager died {} times while working on split {}",
                                    options_.retry_split + 1, split),
             .attempts = options_.retry_split + 1,
             .split = split,
             .task_manager = 0});
        if (Result<bool> taken = ledger_.offer(index, false, line); !taken) {
          written = fail(std::move(taken).error());
        }
      }));
  return written;
}

void Runner::broken(SlotId id, const Error& error) {
  Slot& slot = *slots_.at(id);
  slot.broken = true;
  log_warning(fmt::format("task manager {}: {}; it is ended", slot.task_manager, error.message));
  slot.channel->kill();
}

void Runner::commit_later() {
  const std::optional<SteadyTime> due = ledger_.due();
  if (!due || (commit_timer_ != 0 && commit_due_ <= *due)) return;
  loop_.cancel(commit_timer_);
  commit_due_ = *due;
  commit_timer_ = loop_.at(*due, [this] {
    commit_timer_ = 0;
    if (Status status = ledger_.commit(); !status) return fail_run(std::move(status).error());
    commit_later();
  });
}

void Runner::fail_run(Error error) {
  if (outcome_ && outcome_->end == RunEnd::failed) return;
  wind_down({.end = RunEnd::failed, .error = std::move(error)});
}

// Ends the slots: in order when all is done, at once otherwise.
void Runner::wind_down(RunOutcome outcome) {
  if (outcome_) {
    if (outcome.end == RunEnd::failed) outcome_ = std::move(outcome);
    return;
  }
  outcome_ = std::move(outcome);
  loop_.cancel(tick_timer_);
  bool revoked = false;
  for (const auto& [id, slot] : slots_) {
    revoked = revoked || slot->revoked;
    if (outcome_->end == RunEnd::complete) {
      frames_.clear();
      append_stop(frames_, kAllSplits);
      slot->channel->send(frames_);
    } else {
      slot->channel->kill();
    }
  }
  loop_.cancel(grace_timer_);
  grace_timer_ = loop_.after(revoked ? Duration(kGraceWithRevoked) : Duration(kGrace), [this] {
    for (const auto& [id, slot] : slots_) slot->channel->kill();
  });
  end_if_closed();
}

void Runner::end_if_closed() {
  if (!slots_.empty() || ended_) return;
  ended_ = true;
  loop_.cancel(grace_timer_);
  loop_.cancel(commit_timer_);
  if (Status status = ledger_.checkpoint(); !status && outcome_->end != RunEnd::failed) {
    outcome_ = RunOutcome{.end = RunEnd::failed, .error = std::move(status).error()};
  }
  // Later, so that start() and stop() never call back; the owner may then destroy this runner.
  grace_timer_ = loop_.after(Duration::zero(), [this] {
    const auto on_end = std::move(on_end_);
    const RunOutcome outcome = std::move(*outcome_);
    on_end(outcome);
  });
}

}  // namespace orch::job
