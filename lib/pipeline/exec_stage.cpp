#include "pipeline/exec_stage.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <utility>

#include "base/redact.h"
#include "base/text.h"
#include "pipeline/exec_command.h"
#include "pipeline/stage_health.h"

namespace orch::pipeline {

namespace {

constexpr Duration kKillGrace = std::chrono::seconds(1);
constexpr std::size_t kSmallestQueue = 16;
constexpr Duration kStartPause = std::chrono::milliseconds(100);
constexpr int kMostFailedStarts = 50;  // in a row

}  // namespace

ExecStage::ExecStage(const StageContext& context, const job::StageSpec& spec, std::size_t number,
                     bool last)
    : context_(context),
      spec_(spec),
      number_(number),
      last_(last),
      needs_path_(mentions(spec.argv, "{path}")),
      writes_out_(mentions(spec.argv, "{out}")),
      slots_(static_cast<std::size_t>(spec.processes)),
      accounted_(context.loop.now()) {
  command_.env = stage_environment(context.config, spec.name);
  command_.directory = context.config.working_dir;
  stats_.stage = spec.name;
}

Status ExecStage::start() {
  if (!last_ || !writes_out_) return {};
  return fail(ErrorCode::stage_failed,
              fmt::format("stage {}: `exec` has {{out}}, but no stage follows that takes the file",
                          spec_.name),
              "print the result instead: standard output is the result of an exec stage");
}

void ExecStage::push(Item& item) { waiting_.push(item); }

bool ExecStage::has_room() const { return waiting_.size() < 2 * slots_.size() + kSmallestQueue; }

std::optional<SteadyTime> ExecStage::pump(SteadyTime now) {
  account(now);
  std::optional<SteadyTime> wake;
  if (!waiting_.empty() && start_at_ > now) wake = start_at_;
  for (Slot& slot : slots_) {
    if (slot.process && slot.process->over(now)) settle(slot, now);
    while (!slot.process && may_start(now)) {
      const std::size_t before = waiting_.size();
      start_next(slot, now);
      if (waiting_.size() == before) break;
    }
    sooner(wake, watch(slot, now));
  }
  return wake;
}

bool ExecStage::may_start(SteadyTime now) const {
  return !gave_up_ && start_at_ <= now && !waiting_.empty() && context_.host.room_after(number_);
}

void ExecStage::account(SteadyTime now) {
  const Duration passed = now - accounted_;
  up_ += passed * static_cast<long>(slots_.size());
  busy_ += passed * static_cast<long>(in_flight_);
  accounted_ = now;
}

bool ExecStage::affordable(const Item& item) const {
  if (!writes_out_ || out_guess_.bytes() == 0) return true;
  const ByteBudget& budget = context_.files.budget();
  const bool alone = in_flight_ == 0 && budget.in_use() == item.path_bytes;
  return budget.allows(out_guess_.bytes() * (in_flight_ + 1),
                       alone || &item == context_.host.oldest());
}

Item* ExecStage::next_affordable() {
  if (affordable(*waiting_.front())) return &waiting_.pop();
  Item* found = nullptr;
  waiting_.remove_if([&](const Item& item) { return &item == context_.host.oldest(); },
                     [&](Item& item) { found = &item; });
  return found;
}

void ExecStage::start_next(Slot& slot, SteadyTime now) {
  Item* item = next_affordable();
  if (item == nullptr) return;
  ++item->attempts;
  if (needs_path_ && item->path.empty()) {
    return fail_item(*item, {item_code::kInputNotFound, "there is no file for {path}"});
  }
  if (writes_out_) {
    auto path = context_.files.new_path();
    if (!path) {
      gave_up_ = true;
      waiting_.push_front(*item);
      return context_.host.stage_failed(std::move(path).error());
    }
    item->out = std::move(*path);
  }
  command_.argv = substitute(spec_.argv, *item);
  slot.last_line.clear();
  auto on_log = [this, &slot](std::string_view line) {
    const pid_t pid = slot.process ? slot.process->child().pid() : 0;
    context_.log.add({spec_.name, pid, slot.item->grant->split, false}, line);
    if (!line.empty()) slot.last_line = line;
  };
  auto process = ExecProcess::start(context_.loop, command_, spec_.max_result, std::move(on_log));
  if (!process) return start_failed(*item, std::move(process).error(), now);
  failed_starts_ = 0;
  slot.process = std::move(*process);
  slot.item = item;
  slot.started = now;
  slot.timed_out = slot.cut = false;
  ++in_flight_;
}

void ExecStage::start_failed(Item& item, Error error, SteadyTime now) {
  // Out of processes, memory or descriptors: that may pass.
  const bool may_pass = error.code == ErrorCode::failed;
  // {path} or {input} may stand in argv[0]: then it is this input's program that is missing.
  const bool for_all = is_permanent(error) && command_.argv[0] == spec_.argv[0];
  if (!may_pass && !for_all) {
    return fail_item(item, {item_code::kCannotStart, std::move(error.message)});
  }
  context_.files.drop_out(item);
  --item.attempts;
  waiting_.push_front(item);
  if (may_pass && ++failed_starts_ < kMostFailedStarts) {
    start_at_ = now + kStartPause;
    return;
  }
  gave_up_ = true;
  context_.host.stage_failed(cannot_run(spec_, std::move(error)));
}

// Deadlines of a running process.
std::optional<SteadyTime> ExecStage::watch(Slot& slot, SteadyTime now) {
  if (!slot.process) return std::nullopt;
  Child& child = slot.process->child();
  if (child.exited()) return slot.process->over_by();
  const SteadyTime deadline = slot.started + spec_.timeout;
  const bool ending = slot.timed_out || slot.cut;
  if (!ending && (slot.process->output_too_long() || slot.item->revoked())) {
    slot.cut = true;
    child.end_at(now, kKillGrace);
  } else if (!ending && now >= deadline) {
    slot.timed_out = true;
    child.end_at(now, kKillGrace);
  }
  std::optional<SteadyTime> wake = child.tick(now);
  if (!slot.timed_out && !slot.cut) sooner(wake, deadline);
  return wake;
}

void ExecStage::settle(Slot& slot, SteadyTime now) {
  Item& item = *slot.item;
  const Duration took = now - slot.started;
  item.spent[number_] += took;
  item.visited[number_] = true;
  --in_flight_;
  const std::optional<ItemError> error = verdict(slot);
  const bool killed =
      !slot.timed_out && !slot.cut && WIFSIGNALED(slot.process->child().wait_status());
  const std::unique_ptr<ExecProcess> process = std::move(slot.process);
  if (item.revoked()) {
    context_.files.drop_out(item);
    return context_.host.dropped(item);
  }
  if (killed && ++item.lone_deaths < StageHealth::kLoneDeaths) {
    context_.files.drop_out(item);
    return waiting_.push_front(item);
  }
  stats_.latency.add(took);
  if (error) return fail_item(item, *error);
  succeeded(item, process->output());
}

std::optional<ItemError> ExecStage::verdict(const Slot& slot) const {
  if (slot.timed_out) {
    return ItemError{item_code::kTimedOut, "not done within " + format_duration(spec_.timeout)};
  }
  if (slot.cut || slot.process->output_too_long()) {
    return ItemError{item_code::kResultTooLarge,
                     "it printed more than max_result (" + format_size(spec_.max_result) + ")"};
  }
  const int status = slot.process->child().wait_status();
  if (status == 0) return std::nullopt;
  std::string message = describe_wait_status(status);
  if (!slot.last_line.empty()) message += ": " + redact(printable(to_utf8(slot.last_line)));
  return ItemError{WIFSIGNALED(status) ? item_code::kWorkerDied : item_code::kExitStatus,
                   std::move(message)};
}

void ExecStage::succeeded(Item& item, const std::string& output) {
  if (auto error = writes_out_ ? take_out(item) : std::nullopt) return fail_item(item, *error);
  ++stats_.done;
  context_.host.passed(number_, item, exec_result(output));
}

std::optional<ItemError> ExecStage::take_out(Item& item) {
  struct stat status {};
  if (::stat(item.out.c_str(), &status) != 0) {
    return ItemError{item_code::kBadAnswer, "it ended well without writing {out}"};
  }
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  out_guess_.saw(bytes);
  std::string path = std::exchange(item.out, {});
  context_.files.adopt(item, std::move(path), bytes);
  return std::nullopt;
}

void ExecStage::fail_item(Item& item, ItemError error) {
  ++stats_.failed;
  context_.files.drop_out(item);
  context_.host.failed(number_, item, std::move(error));
}

void ExecStage::drop_revoked() {
  waiting_.remove_if([](const Item& item) { return item.revoked(); },
                     [&](Item& item) { context_.host.dropped(item); });
}

void ExecStage::kill() {
  for (Slot& slot : slots_) {
    if (slot.process) slot.process->child().kill_now();
  }
}

job::StageStats ExecStage::stats() const {
  job::StageStats stats = stats_;
  stats.in_flight = in_flight_;
  stats.waiting = waiting_.size();
  stats.busy_seconds = to_seconds(busy_);
  stats.slot_seconds = to_seconds(up_);
  return stats;
}

}  // namespace orch::pipeline
