#include "job/ledger.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "job/done_bitmap.h"
#include "job/log_file.h"
#include "job/log_reader.h"
#include "job/recovery.h"
#include "store/store.h"

namespace orch::job {

struct Ledger::State {
  store::Store& store;
  LedgerOptions options;
  Clock& clock;
  Shown shown;
  FileLock lock;
  std::unique_ptr<LogFile> log;

  DoneBitmap done;  // offered lines included
  LedgerCounters counters = {};
  std::uint64_t bytes = 0;
  bool unsaved = false;  // committed lines that the store does not know of
  SteadyTime saved_at = {};

  // The open group.
  std::string group = {};
  std::string spare = {};  // the last group's memory
  std::size_t group_lines = 0;
  std::uint64_t group_ok = 0;
  SteadyTime group_since = {};

  std::optional<Error> refusal = {};  // set: the log cannot be trusted, nothing more is taken

  Status check(std::uint64_t index, bool ok, std::string_view line) const;
  Status write_group();
  void drop_group();
  Status commit();
  Status save();
};

namespace {

Result<FileLock> lock_job(const store::Store& store, const std::string& id) {
  ORCH_TRY(make_directories(store.job_directory(id)));
  const std::string path = Ledger::lock_path(store, id);
  auto lock = FileLock::acquire(path);
  if (lock || lock.error().code != ErrorCode::locked) return lock;
  const auto holder = FileLock::holder(path);
  return fail(ErrorCode::locked,
              holder ? fmt::format("job {} is being run by process {}", printable(id), *holder)
                     : fmt::format("job {} is being run by another orch", printable(id)),
              fmt::format("`orch status {0} --wait` waits for it, `orch cancel {0}` ends it",
                          printable(id)));
}

void tell(const LedgerOptions& options, const Recovered& recovered) {
  if (!recovered.set_aside.empty()) {
    log_warning(
        fmt::format("{} held {} that were not whole, valid and new result lines; they "
                    "are now in {}",
                    options.log_path, format_size(recovered.cut), recovered.set_aside));
  } else if (recovered.cut > 0) {
    log_verbose(fmt::format("{}: a torn last line was cut off", options.log_path));
  }
}

}  // namespace

std::string Ledger::lock_path(const store::Store& store, std::string_view job_id) {
  return store.job_directory(job_id) + "/lock";
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(store::Store& store, LedgerOptions options, Clock& clock, Shown shown,
                            std::unique_ptr<LogFile> log) {
  FileLock lock = ORCH_TRY(lock_job(store, options.job_id));
  if (log == nullptr) log = ORCH_TRY(open_log_file(options.log_path));
  const store::Checkpoint checkpoint = ORCH_TRY(store.read_checkpoint(options.job_id));
  const auto chunks = ORCH_TRY(store.read_bitmap(options.job_id));
  Recovered recovered = ORCH_TRY(recover(*log, options.total, checkpoint, chunks));
  tell(options, recovered);
  Ledger ledger(
      std::make_unique<State>(State{store, std::move(options), clock, std::move(shown),
                                    std::move(lock), std::move(log), std::move(recovered.done)}));
  State& state = *ledger.state_;
  state.counters = {state.options.total, recovered.state.ok, recovered.state.failed, 0};
  state.bytes = recovered.state.log_bytes;
  state.saved_at = clock.steady();
  state.unsaved = recovered.changed;
  if (state.unsaved) ORCH_TRY(state.save());
  return ledger;
}

Status Ledger::State::check(std::uint64_t index, bool ok, std::string_view line) const {
  const auto said = read_log_line(line);
  if (said && said->index == index && said->ok == ok) return {};
  return fail(ErrorCode::bad_answer, fmt::format("the result line of input {} is not valid: {}",
                                                 index, fit(printable(line.substr(0, 200)), 120)));
}

Result<bool> Ledger::offer(std::uint64_t index, bool ok, std::string_view line) {
  State& state = *state_;
  if (state.refusal) return fail(*state.refusal);
  if (index >= state.options.total) {
    return fail(ErrorCode::bad_answer, fmt::format("a result line came for input {}, there are {}",
                                                   index, state.options.total));
  }
  if (state.done.has(index)) {
    ++state.counters.duplicates;
    return false;
  }
  ORCH_TRY(state.check(index, ok, line));
  if (state.group.empty()) state.group_since = state.clock.steady();
  state.done.set(index);
  state.group.append(line).push_back('\n');
  ++state.group_lines;
  state.group_ok += ok ? 1 : 0;
  if (state.group_lines >= state.options.group_lines ||
      state.group.size() >= state.options.group_bytes) {
    ORCH_TRY(state.commit());
  }
  return true;
}

// What was offered and never reached the disk is missing again, so that the checkpoint stays true.
void Ledger::State::drop_group() {
  for (const std::string_view line : split(group, '\n')) {
    if (const auto said = read_log_line(line)) done.clear(said->index);
  }
  group.clear();
  group_lines = group_ok = 0;
}

// After a failed sync the kernel may have dropped the pages: a second one could say "fine" of
// bytes that are nowhere. So there is no second try, and the log ends where it was good.
Status Ledger::State::write_group() {
  Status written = log->append(group);
  if (written && options.sync) written = log->sync();
  if (written) return {};
  refusal = std::move(written).error();
  refusal->code = ErrorCode::output_failed;
  if (auto undone = log->truncate(bytes); !undone) refusal->details = {undone.error().message};
  drop_group();
  return fail(*refusal);
}

Status Ledger::State::commit() {
  if (refusal) return fail(*refusal);
  if (!group.empty()) {
    ORCH_TRY(write_group());
    bytes += group.size();
    counters.ok += group_ok;
    counters.failed += group_lines - group_ok;
    group_lines = group_ok = 0;
    unsaved = true;
    spare.clear();
    std::swap(group, spare);
    if (shown) ORCH_TRY(shown(spare));
  }
  if (unsaved && clock.steady() - saved_at >= options.checkpoint_every) return save();
  return {};
}

Status Ledger::State::save() {
  saved_at = clock.steady();
  ORCH_TRY(store.write_checkpoint(options.job_id, {bytes, counters.ok, counters.failed},
                                  done.changed()));
  done.forget_changes();
  unsaved = false;
  return {};
}

bool Ledger::has(std::uint64_t index) const {
  return index < state_->options.total && state_->done.has(index);
}

std::uint64_t Ledger::missing(std::uint64_t begin, std::uint64_t end) const {
  end = std::min(end, state_->options.total);
  return begin >= end ? 0 : end - begin - state_->done.count(begin, end);
}

std::optional<SteadyTime> Ledger::due() const {
  const State& state = *state_;
  if (state.refusal) return std::nullopt;
  std::optional<SteadyTime> due;
  if (state.unsaved) due = state.saved_at + state.options.checkpoint_every;
  if (!state.group.empty()) {
    const SteadyTime group_due = state.group_since + state.options.group_delay;
    due = due ? std::min(*due, group_due) : group_due;
  }
  return due;
}

Status Ledger::commit() { return state_->commit(); }

Status Ledger::checkpoint() {
  if (Status committed = state_->commit(); !committed) {
    // What was committed before still counts.
    if (state_->refusal && state_->unsaved) (void)state_->save();
    return committed;
  }
  return state_->unsaved ? state_->save() : Status();
}

const LedgerCounters& Ledger::counters() const { return state_->counters; }

std::uint64_t Ledger::bytes() const { return state_->bytes; }

}  // namespace orch::job
