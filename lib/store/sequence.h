// Sequences: several steps that must not be left half done. Each step's intent is written down
// (durable) before it acts. After a crash or an ambiguous answer a step is probed, never blindly
// sent again; undo touches only what this sequence made. Secret values are never in the record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "doc/value.h"
#include "store/store.h"

namespace orch::store {

// What a probe finds at the other side.
enum class Found { absent, ours, other };

struct Step {
  std::string name;   // stable, unique in its sequence: "secret HOST_GPU"
  std::string doing;  // for people: "make secret HOST_GPU"
  // Is it done? `ours`: as this step would leave it. `other`: it exists, but not as this step
  // leaves it (an update goes over it, a create must not).
  std::function<Result<Found>()> probe;
  // Does it. What it returns is kept and given to later steps by output(); never a secret value.
  std::function<Result<doc::Value>()> act;
  std::function<Status()> undo = {};  // empty: nothing to undo (reads, updates in place)
  // What act would have returned, when it is found done and nothing was there before; empty: null.
  std::function<doc::Value()> recover = {};
  // The value this step hands on is only in memory: a resume undoes it and acts again.
  bool holds_secret = false;
  // Done before and found as it should be: skipped and told as unchanged.
  bool idempotent = true;
};

enum class StepState { pending, started, done, unchanged, undone, failed };
std::string_view to_string(StepState state);

struct StepRecord {
  std::string name;
  std::string doing;
  StepState state = StepState::pending;
  doc::Value output;
};

enum class SequenceState { open, done, undone };
std::string_view to_string(SequenceState state);

struct SequenceRow {
  std::int64_t number = 0;
  std::string kind;     // "register", "rotate"
  std::string subject;  // "fiftyone/gpu-databricks"
  SequenceState state = SequenceState::open;
  std::vector<StepRecord> steps;
  std::string error_json;  // why it is open, or was undone
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};

struct SequenceEvents {
  std::function<void(const Step&, StepState)> on_step = {};  // started, done, unchanged, undone …
};

struct SequenceReport {
  SequenceRow row;
  bool resumed = false;
  bool changed = false;  // some step did something
};

// Runs the steps in order; takes up the open sequence of the same kind and subject, if there is
// one. One orch at a time works on a subject: error `locked` else (an fcntl lock beside the
// database, gone with its process).
//
// A step that fails for sure (error codes that say that nothing was done) ends the sequence: what
// this sequence made is undone in reverse, and the step's error is returned with what could not be
// undone in its details; it stays open when something was done that has no undo. An ambiguous
// failure (timed_out, unreachable, remote_failed, bad_answer, throttled) is probed first: ours →
// done; absent → as above; a probe that fails → the sequence stays open and not_confirmed (13) says
// how to go on: run the same command again.
class Sequence {
 public:
  Sequence(Store& store, std::string kind, std::string subject, Clock& clock);

  Result<SequenceReport> run(const std::vector<Step>& steps, const SequenceEvents& events = {});

 private:
  Store& store_;
  std::string kind_;
  std::string subject_;
  Clock& clock_;
};

Result<std::vector<SequenceRow>> open_sequences(Store& store);
// The newest of this kind and subject that came to its end.
Result<std::optional<SequenceRow>> find_done_sequence(Store& store, std::string_view kind,
                                                      std::string_view subject);
// The newest of this kind and subject, open or not.
Result<std::optional<SequenceRow>> find_sequence(Store& store, std::string_view kind,
                                                 std::string_view subject);

}  // namespace orch::store
