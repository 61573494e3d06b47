#include "pipeline/run_worker.h"

#include <algorithm>

#include "base/text.h"
#include "pipeline/worker_line.h"

namespace orch::pipeline {

namespace {

constexpr Duration kKillGrace = std::chrono::seconds(1);         // between TERM and KILL
constexpr Duration kExitGrace = std::chrono::milliseconds(200);  // between end of file and exit

// A pipe tells that its reader is gone only when written to: one that is silent is asked.
constexpr Duration kLookAfter = std::chrono::milliseconds(500);

}  // namespace

RunWorker::RunWorker(Loop& loop, const job::StageSpec& spec, Owner& owner)
    : loop_(loop), spec_(spec), owner_(owner), open_(spec.threads), window_(spec.threads) {}

Status RunWorker::start(const SpawnSpec& command, SteadyTime now) {
  process_ = ORCH_TRY(WorkerProcess::start(loop_, command, spec_.max_result, *this));
  state_ = State::starting;
  was_ready_ = false;
  answered_ = false;
  answered_lines_ = 0;
  hung_up_until_.reset();
  window_ = Window(spec_.threads);
  ready_by_ = now + spec_.start_timeout;
  accounted_ = now;
  return {};
}

void RunWorker::send(std::span<Item* const> items, bool as_batch, SteadyTime now) {
  if (open_.empty()) {
    busy_since_ = now;
    item_deadline_ = now + spec_.timeout;
    look_at_ = now + kLookAfter;
  }
  open_.open(items, now);
  std::string& buffer = process_->input().buffer();
  const std::size_t before = buffer.size();
  if (as_batch) {
    append_batch_line(buffer, items);
  } else {
    append_item_line(buffer, *items.front());
  }
  open_.weigh_newest(buffer.size() - before);
  for (Item* item : items) item->line_end = process_->input().appended();
}

void RunWorker::finish(Duration grace, SteadyTime now) {
  if (state_ == State::absent) return;
  const bool loading = state_ == State::starting;
  if (state_ != State::ending) {
    state_ = State::ending;
    cause_ = EndCause::finished;
  }
  process_->input().close();
  process_->child().end_at(now + (loading ? Duration::zero() : grace), kKillGrace);
}

void RunWorker::kill() {
  if (process_) process_->child().kill_now();
}

void RunWorker::end(EndCause cause, Duration delay, SteadyTime now) {
  if (state_ == State::ending || state_ == State::absent) return;
  state_ = State::ending;
  cause_ = cause;
  process_->input().close();
  process_->child().end_at(now + delay, kKillGrace);
}

void RunWorker::on_line(std::string_view line) {
  if (state_ == State::starting) {
    if (!is_ready_line(line)) return owner_.on_said(*this, line, true);
    state_ = State::ready;
    was_ready_ = true;
    accounted_ = loop_.now();
    return owner_.on_ready(*this);
  }
  if (state_ != State::ready) {
    if (cause_ != EndCause::finished) return;
    return was_ready_ ? owner_.on_stray(*this, line) : owner_.on_said(*this, line, true);
  }
  const auto answer = read_answer(line);
  Item* item = answer ? open_.find(answer->id) : nullptr;
  if (item == nullptr) return owner_.on_stray(*this, line);
  const SteadyTime now = loop_.now();
  const Duration took = OpenItems::time_of(*item, now);
  const int lines = open_.lines();
  open_.close(*item, now);
  answered_ = true;
  answered_lines_ += lines - open_.lines();
  owner_.on_answer(*this, *item, *answer, took);
}

void RunWorker::on_log(std::string_view line) { owner_.on_said(*this, line, false); }

void RunWorker::on_line_too_long() { end(EndCause::line_too_long, Duration::zero(), loop_.now()); }

std::optional<SteadyTime> RunWorker::tick(SteadyTime now) {
  if (state_ == State::absent) return std::nullopt;
  account(now);
  if (answered_lines_ > 0) {
    window_.saw(answered_lines_, now - busy_since_);
    answered_lines_ = 0;
    busy_since_ = now;
    look_at_ = now + kLookAfter;
  }
  if (!process_->child().exited()) check_deadlines(now);
  const auto kill_due = process_->child().tick(now);
  const auto deadline = next_deadline();
  if (!kill_due || !deadline) return kill_due ? kill_due : deadline;
  return std::min(*kill_due, *deadline);
}

void RunWorker::account(SteadyTime now) {
  if (was_ready_) {
    up_ += now - accounted_;
    busy_ += (now - accounted_) * std::min(accounted_lines_, spec_.threads);
  }
  accounted_ = now;
  accounted_lines_ = open_.lines();
}

void RunWorker::check_deadlines(SteadyTime now) {
  if (state_ != State::starting && state_ != State::ready) return;
  if (hung_up()) {
    // Most often it is about to exit; what it still answers counts.
    if (!hung_up_until_) hung_up_until_ = now + kExitGrace;
    if (now < *hung_up_until_) return;
    const bool output = process_->output_open();
    return end(output ? EndCause::closed_input : EndCause::closed_output, Duration::zero(), now);
  }
  if (state_ == State::starting) {
    if (now >= ready_by_) end(EndCause::never_ready, Duration::zero(), now);
    return;
  }
  if (open_.empty()) return;
  if (now >= look_at_) {
    process_->input().look();
    look_at_ = now + kLookAfter;
  }
  if (now < item_deadline_) return;
  const auto started = open_.earliest_clock();
  if (!started) return;
  item_deadline_ = *started + spec_.timeout;
  if (now >= item_deadline_) end(EndCause::timed_out, Duration::zero(), now);
}

bool RunWorker::hung_up() const {
  return process_->input().reader_gone() || !process_->output_open();
}

std::optional<SteadyTime> RunWorker::next_deadline() const {
  if (state_ == State::ending) return std::nullopt;
  if (hung_up_until_) return hung_up_until_;
  if (state_ == State::starting) return ready_by_;
  if (state_ == State::ready && !open_.empty()) return std::min(item_deadline_, look_at_);
  return std::nullopt;
}

std::optional<WorkerEnd> RunWorker::take_end(SteadyTime now) {
  if (!process_ || !process_->child().exited()) return std::nullopt;
  if (state_ == State::ending && cause_ != EndCause::finished) process_->ignore_output();
  process_->read_the_rest();
  WorkerEnd end;
  end.cause = state_ == State::ending ? cause_ : EndCause::exited;
  end.wait_status = process_->child().wait_status();
  end.was_ready = was_ready_;
  end.answered = answered_;
  const std::uint64_t taken = process_->input().written();
  while (Item* item = open_.oldest()) {
    open_.close(*item, now);
    (item->line_end <= taken ? end.held : end.untouched).push_back(item);
  }
  account(now);
  process_.reset();
  state_ = State::absent;
  was_ready_ = false;
  return end;
}

std::string describe(const WorkerEnd& end, const job::StageSpec& spec) {
  switch (end.cause) {
    case EndCause::exited:
    case EndCause::finished:
      return describe_wait_status(end.wait_status);
    case EndCause::closed_output:
      return "it closed its standard output (" + describe_wait_status(end.wait_status) + ")";
    case EndCause::closed_input:
      return "it closed its standard input (" + describe_wait_status(end.wait_status) + ")";
    case EndCause::line_too_long:
      return "it printed a line over max_result (" + format_size(spec.max_result) + ")";
    case EndCause::timed_out:
      return "no answer within " + format_duration(spec.timeout);
    case EndCause::never_ready:
      return "not ready within " + format_duration(spec.start_timeout);
  }
  return {};
}

}  // namespace orch::pipeline
