// Rows of sequences: reading, adding, writing down what a step is about to do.
#include <array>
#include <utility>

#include "store/database.h"
#include "store/sequence_rows.h"

namespace orch::store {
namespace {

constexpr std::array kStepStates = {
    std::pair{StepState::pending, std::string_view("pending")},
    std::pair{StepState::started, std::string_view("started")},
    std::pair{StepState::done, std::string_view("done")},
    std::pair{StepState::unchanged, std::string_view("unchanged")},
    std::pair{StepState::undone, std::string_view("undone")},
    std::pair{StepState::failed, std::string_view("failed")},
};
constexpr std::array kStates = {
    std::pair{SequenceState::open, std::string_view("open")},
    std::pair{SequenceState::done, std::string_view("done")},
    std::pair{SequenceState::undone, std::string_view("undone")},
};

template <typename State, std::size_t n>
State state_named(const std::array<std::pair<State, std::string_view>, n>& all,
                  std::string_view text) {
  for (const auto& [state, name] : all) {
    if (name == text) return state;
  }
  return all.front().first;
}

std::string steps_json(const std::vector<StepRecord>& steps) {
  doc::Value::Array all;
  for (const StepRecord& step : steps) {
    doc::Value value;
    value.set("name", step.name);
    value.set("doing", step.doing);
    value.set("state", to_string(step.state));
    if (!step.output.is_null()) value.set("output", step.output);
    all.push_back(std::move(value));
  }
  return doc::to_json(doc::Value(std::move(all)));
}

std::vector<StepRecord> steps_from(const std::string& json) {
  std::vector<StepRecord> steps;
  const auto all = doc::parse_json(json, "a sequence");
  if (!all || all->array() == nullptr) return steps;
  for (const doc::Value& value : *all->array()) {
    StepRecord step;
    step.name = value.text("name");
    step.doing = value.text("doing");
    step.state = state_named(kStepStates, value.text("state"));
    if (const doc::Value* output = value.find("output")) step.output = *output;
    steps.push_back(std::move(step));
  }
  return steps;
}

constexpr const char* kSelect =
    "SELECT number, kind, subject, state, steps_json, error_json, created_ms, updated_ms FROM "
    "sequence ";

SequenceRow read_row(Statement& row) {
  SequenceRow one;
  one.number = row.integer();
  one.kind = row.text();
  one.subject = row.text();
  one.state = state_named(kStates, row.text());
  one.steps = steps_from(row.text());
  one.error_json = row.text();
  one.created_ms = row.integer();
  one.updated_ms = row.integer();
  return one;
}

}  // namespace

std::string_view to_string(StepState state) {
  return kStepStates[static_cast<std::size_t>(state)].second;
}
std::string_view to_string(SequenceState state) {
  return kStates[static_cast<std::size_t>(state)].second;
}

Result<std::vector<SequenceRow>> open_sequences(Store& store) {
  Statement rows = ORCH_TRY(
      store.database().prepare(std::string(kSelect) + "WHERE state = 'open' ORDER BY number"));
  std::vector<SequenceRow> found;
  while (ORCH_TRY(rows.step())) found.push_back(read_row(rows));
  return found;
}

Result<std::optional<SequenceRow>> find_done_sequence(Store& store, std::string_view kind,
                                                      std::string_view subject) {
  Statement row = ORCH_TRY(store.database().prepare(
      std::string(kSelect) +
      "WHERE kind = ? AND subject = ? AND state = ? ORDER BY number DESC LIMIT 1"));
  row.bind(kind).bind(subject).bind(to_string(SequenceState::done));
  if (!ORCH_TRY(row.step())) return std::nullopt;
  return read_row(row);
}

Result<std::optional<SequenceRow>> find_sequence(Store& store, std::string_view kind,
                                                 std::string_view subject) {
  Statement row = ORCH_TRY(store.database().prepare(
      std::string(kSelect) + "WHERE kind = ? AND subject = ? ORDER BY number DESC LIMIT 1"));
  row.bind(kind).bind(subject);
  if (!ORCH_TRY(row.step())) return std::nullopt;
  return read_row(row);
}

Status save_sequence(Store& store, SequenceRow& row) {
  const std::string steps = steps_json(row.steps);
  Transaction transaction = ORCH_TRY(Transaction::begin(store.database(), Durability::intent));
  if (row.number == 0) {
    Statement next =
        ORCH_TRY(store.database().prepare("SELECT coalesce(max(number), 0) + 1 FROM sequence"));
    ORCH_TRY(next.step());
    row.number = next.integer();
  }
  Statement put = ORCH_TRY(store.database().prepare(
      "INSERT OR REPLACE INTO sequence (number, kind, subject, state, steps_json, error_json, "
      "created_ms, updated_ms) VALUES (?,?,?,?,?,?,?,?)"));
  put.bind(row.number).bind(row.kind).bind(row.subject).bind(to_string(row.state)).bind(steps);
  put.bind(row.error_json).bind(row.created_ms).bind(row.updated_ms);
  ORCH_TRY(put.run());
  return transaction.commit();
}

}  // namespace orch::store
