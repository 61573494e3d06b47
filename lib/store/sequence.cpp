#include "store/sequence.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "store/sequence_rows.h"

namespace orch::store {
namespace {

// After these nobody knows whether it was done.
bool is_ambiguous(ErrorCode code) {
  switch (code) {
    case ErrorCode::timed_out:
    case ErrorCode::unreachable:
    case ErrorCode::remote_failed:
    case ErrorCode::bad_answer:
    case ErrorCode::throttled:
      return true;
    default:
      return false;
  }
}

// FNV-1a: a file name for a subject that may hold anything. Two subjects on one lock only wait.
std::string lock_path(const Store& store, std::string_view kind, std::string_view subject) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const std::string_view part : {kind, std::string_view("/"), subject}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return fmt::format("{}/sequences/{:016x}.lock", store.directory(), hash);
}

// One run over one row.
class Run {
 public:
  Run(Store& store, Clock& clock, SequenceRow row, const SequenceEvents& events)
      : store_(store), clock_(clock), events_(events) {
    report_.resumed = row.number != 0;
    report_.row = std::move(row);
  }

  Result<SequenceReport> run(const std::vector<Step>& steps) {
    add_records(steps);
    ORCH_TRY(save());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Status done = one(steps[i]);
      if (done) continue;
      if (done.error().code == ErrorCode::not_confirmed) return fail(stays_open(done.error()));
      return fail(undo(steps, i, done.error()));
    }
    report_.row.state = SequenceState::done;
    report_.row.error_json.clear();
    ORCH_TRY(save());
    return std::move(report_);
  }

 private:
  // Records of an earlier run that has other steps now stay: they say what it did.
  void add_records(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (find(step) == nullptr)
        report_.row.steps.push_back({step.name, step.doing, StepState::pending, {}});
    }
  }

  StepRecord* find(const Step& step) {
    const auto found =
        std::find_if(report_.row.steps.begin(), report_.row.steps.end(),
                     [&](const StepRecord& record) { return record.name == step.name; });
    return found == report_.row.steps.end() ? nullptr : &*found;
  }

  Status one(const Step& step) {
    const StepState before = find(step)->state;
    const bool begun = before == StepState::started || before == StepState::done;
    // What was never begun and may be repeated needs no look; the rest does.
    if (begun || step.idempotent) {
      const Found found = ORCH_TRY(look(step));
      if (found == Found::ours && !(begun && step.holds_secret)) {
        if (before == StepState::started) find(step)->output = recovered(step);
        return reached(step, begun ? StepState::done : StepState::unchanged);
      }
      if (found == Found::ours && step.undo) ORCH_TRY(confirmed(step, step.undo()));
      // Of a step that was begun before, what that run has found counts.
      if (!begun) find(step)->output = was(found);
    }
    return act(step);
  }

  static doc::Value was(Found found) {
    doc::Value output;
    output.set("was", found == Found::absent ? "absent" : "other");
    return output;
  }

  doc::Value recovered(const Step& step) {
    const bool made = find(step)->output.text("was") == "absent";
    return made && step.recover ? step.recover() : doc::Value();
  }

  Status act(const Step& step) {
    ORCH_TRY(reached(step, StepState::started));
    Result<doc::Value> output = step.act();
    if (!output && is_ambiguous(output.error().code)) output = after_doubt(step, output.error());
    if (!output) {
      find(step)->state = StepState::failed;
      return fail(std::move(output).error());
    }
    report_.changed = true;
    find(step)->output = std::move(*output);
    return reached(step, StepState::done);
  }

  // The answer was lost. Done, with what was to be handed on lost, too: made anew once.
  Result<doc::Value> after_doubt(const Step& step, const Error& error) {
    const auto found = step.probe();
    if (!found) return fail(doubt(step, error));
    if (*found != Found::ours) return fail(error);
    if (!step.holds_secret) return recovered(step);
    if (!step.undo) return fail(doubt(step, error));
    ORCH_TRY(confirmed(step, step.undo()));
    Result<doc::Value> again = step.act();
    if (!again && is_ambiguous(again.error().code)) return fail(doubt(step, again.error()));
    return again;
  }

  // A look that fails leaves it open when something was begun; before that, and where it has seen
  // what stands in the way, it is a plain error.
  Result<Found> look(const Step& step) {
    auto found = step.probe();
    if (found || !anything_begun()) return found;
    const ErrorCode code = found.error().code;
    if (code == ErrorCode::conflict || code == ErrorCode::invalid_value) return found;
    return fail(doubt(step, found.error()));
  }

  Status confirmed(const Step& step, Status status) {
    if (!status && is_ambiguous(status.error().code)) return fail(doubt(step, status.error()));
    return status;
  }

  bool anything_begun() const {
    return std::any_of(
        report_.row.steps.begin(), report_.row.steps.end(), [](const StepRecord& record) {
          return record.state == StepState::started || record.state == StepState::done;
        });
  }

  static Error doubt(const Step& step, const Error& cause) {
    Error error = cause;
    error.code = ErrorCode::not_confirmed;
    error.message =
        fmt::format("could not {}, or see whether it was done: {}", step.doing, cause.message);
    error.hint = "run the same command again: it looks first and goes on from there";
    return error;
  }

  Error stays_open(Error error) {
    report_.row.error_json = error_json(error);
    if (const Status saved = save(); !saved) error.details.push_back(saved.error().message);
    return error;
  }

  // In reverse, only what this sequence did.
  Error undo(const std::vector<Step>& steps, std::size_t failed, Error error) {
    bool all = true;
    for (std::size_t i = failed; i-- > 0;) {
      const Step& step = steps[i];
      if (find(step)->state != StepState::done) continue;
      if (!step.undo) {  // done for good: the rest is still to be done
        all = false;
        continue;
      }
      const Status undone = step.undo();
      if (undone || undone.error().code == ErrorCode::not_found) {
        (void)reached(step, StepState::undone);
        error.details.push_back(step.name + ": undone");
        continue;
      }
      all = false;
      error.details.push_back(
          fmt::format("{} could not be undone: {}", step.name, undone.error().message));
    }
    report_.row.state = all ? SequenceState::undone : SequenceState::open;
    return stays_open(std::move(error));
  }

  Status reached(const Step& step, StepState state) {
    find(step)->state = state;
    ORCH_TRY(save());
    if (events_.on_step) events_.on_step(step, state);
    return {};
  }

  static std::string error_json(const Error& error) {
    doc::Value value;
    value.set("code", traits(error.code).name);
    value.set("message", error.message);
    return doc::to_json(value);
  }

  Status save() {
    const auto now = unix_ms(clock_.wall());
    if (report_.row.created_ms == 0) report_.row.created_ms = now;
    report_.row.updated_ms = now;
    return save_sequence(store_, report_.row);
  }

  Store& store_;
  Clock& clock_;
  const SequenceEvents& events_;
  SequenceReport report_;
};

}  // namespace

Sequence::Sequence(Store& store, std::string kind, std::string subject, Clock& clock)
    : store_(store), kind_(std::move(kind)), subject_(std::move(subject)), clock_(clock) {}

Result<SequenceReport> Sequence::run(const std::vector<Step>& steps, const SequenceEvents& events) {
  const std::string path = lock_path(store_, kind_, subject_);
  ORCH_TRY(make_directories(directory_of(path)));
  auto lock = FileLock::acquire(path);
  if (!lock && lock.error().code == ErrorCode::locked) {
    lock.error().message =
        fmt::format("another orch is at work on {} ({})", printable(subject_), kind_);
    lock.error().hint = "wait for it, then run this again";
  }
  const FileLock held = ORCH_TRY(std::move(lock));
  auto row = ORCH_TRY(find_sequence(store_, kind_, subject_));
  if (!row || row->state != SequenceState::open) {
    row = SequenceRow{};
    row->kind = kind_;
    row->subject = subject_;
  }
  return Run(store_, clock_, std::move(*row), events).run(steps);
}

}  // namespace orch::store
