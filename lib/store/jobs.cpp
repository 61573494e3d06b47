// Job rows.
#include <fmt/core.h>

#include <array>
#include <utility>

#include "base/text.h"
#include "store/state.h"
#include "store/store.h"

namespace orch::store {
namespace {

constexpr std::array kStates = {
    std::pair{JobState::queued, std::string_view("queued")},
    std::pair{JobState::running, std::string_view("running")},
    std::pair{JobState::stopped, std::string_view("stopped")},
    std::pair{JobState::done, std::string_view("done")},
    std::pair{JobState::failed, std::string_view("failed")},
    std::pair{JobState::cancelled, std::string_view("cancelled")},
};

JobState state_from(std::string_view text) {
  for (const auto& [state, name] : kStates) {
    if (name == text) return state;
  }
  return JobState::stopped;
}

JobRow read_row(Statement& row) {
  JobRow job;
  job.id = row.text();
  job.name = row.text();
  job.state = state_from(row.text());
  job.enqueued = row.integer() != 0;
  job.cancel_requested = row.integer() != 0;
  job.pid = static_cast<int>(row.integer());
  job.total = static_cast<std::uint64_t>(row.integer());
  job.created_ms = row.integer();
  job.started_ms = row.integer();
  job.ended_ms = row.integer();
  job.directory = row.text();
  job.results_path = row.text();
  job.error_json = row.text();
  job.plan_json = row.text();
  job.spec_json = row.text();
  job.log_bytes = static_cast<std::uint64_t>(row.integer());
  job.ok = static_cast<std::uint64_t>(row.integer());
  job.failed = static_cast<std::uint64_t>(row.integer());
  job.progress_json = row.text();
  return job;
}

Result<Statement> select_jobs(Database& database, std::string_view rest) {
  return database.prepare(fmt::format(
      "SELECT id, name, state, enqueued, cancel_requested, pid, total, created_ms, started_ms, "
      "ended_ms, directory, results_path, error_json, plan_json, spec_json, log_bytes, ok, failed, "
      "progress_json FROM job JOIN checkpoint ON checkpoint.job = job.number {}",
      rest));
}

Result<std::vector<JobRow>> read_rows(Statement rows) {
  std::vector<JobRow> found;
  while (ORCH_TRY(rows.step())) found.push_back(read_row(rows));
  return found;
}

// Runs one change of one job in a transaction of its own.
Status change_job(Database& database, Durability durability, Statement change,
                  std::string_view id) {
  Transaction transaction = ORCH_TRY(Transaction::begin(database, durability));
  ORCH_TRY(change.run());
  if (database.changes() == 0) return no_such_job(id);
  return transaction.commit();
}

std::int64_t to_integer(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// Ids and names of the newest jobs, for suggestions.
Result<std::vector<std::string>> known_words(Database& database) {
  Statement rows =
      ORCH_TRY(database.prepare("SELECT id, name FROM job ORDER BY number DESC LIMIT 1000"));
  std::vector<std::string> words;
  while (ORCH_TRY(rows.step())) {
    words.push_back(rows.text());
    words.push_back(rows.text());
  }
  return words;
}

}  // namespace

std::string_view to_string(JobState state) {
  for (const auto& [known, name] : kStates) {
    if (known == state) return name;
  }
  return "stopped";
}

Status Store::add_job(const JobRow& row) {
  Database& database = state_->database;
  Transaction transaction = ORCH_TRY(Transaction::begin(database, Durability::intent));
  if (auto taken = state_->number(row.id); taken) {
    return fail(ErrorCode::already_exists, fmt::format("there is a job {} already", row.id));
  } else if (taken.error().code != ErrorCode::not_found) {
    return fail(std::move(taken).error());
  }
  Statement insert = ORCH_TRY(
      database.prepare("INSERT INTO job (id, name, state, enqueued, cancel_requested, pid, total, "
                       "created_ms, started_ms, "
                       "ended_ms, directory, results_path, error_json, plan_json, spec_json) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(row.id).bind(row.name).bind(to_string(row.state));
  insert.bind(std::int64_t{row.enqueued}).bind(std::int64_t{row.cancel_requested});
  insert.bind(std::int64_t{row.pid});
  insert.bind(to_integer(row.total));
  insert.bind(row.created_ms).bind(row.started_ms).bind(row.ended_ms);
  insert.bind(row.directory).bind(row.results_path).bind(row.error_json);
  insert.bind(row.plan_json).bind(row.spec_json);
  ORCH_TRY(insert.run());
  Statement checkpoint = ORCH_TRY(
      database.prepare("INSERT INTO checkpoint (job, log_bytes, ok, failed, progress_json) "
                       "VALUES (last_insert_rowid(), ?, ?, ?, ?)"));
  checkpoint.bind(to_integer(row.log_bytes)).bind(to_integer(row.ok));
  checkpoint.bind(to_integer(row.failed)).bind(row.progress_json);
  ORCH_TRY(checkpoint.run());
  return transaction.commit();
}

Result<std::optional<JobRow>> Store::job(std::string_view id) const {
  Statement row = ORCH_TRY(select_jobs(state_->database, "WHERE id = ?"));
  if (!ORCH_TRY(row.bind(id).step())) return std::nullopt;
  return read_row(row);
}

Result<JobRow> Store::find_job(std::string_view name_or_id) const {
  if (auto by_id = ORCH_TRY(job(name_or_id))) return std::move(*by_id);
  Statement row =
      ORCH_TRY(select_jobs(state_->database, "WHERE name = ? ORDER BY number DESC LIMIT 1"));
  if (ORCH_TRY(row.bind(name_or_id).step())) return read_row(row);
  Error error = no_such_job(name_or_id).value();
  if (const auto near = nearest(name_or_id, ORCH_TRY(known_words(state_->database)))) {
    error.hint = fmt::format("did you mean {}? `orch list jobs` shows what exists", *near);
  }
  return fail(std::move(error));
}

Result<std::vector<JobRow>> Store::jobs(int limit) const {
  Statement rows = ORCH_TRY(select_jobs(state_->database, "ORDER BY number DESC LIMIT ?"));
  rows.bind(std::int64_t{limit});
  return read_rows(std::move(rows));
}

Result<std::vector<JobRow>> Store::jobs_in(JobState state) const {
  Statement rows = ORCH_TRY(select_jobs(state_->database, "WHERE state = ? ORDER BY number"));
  rows.bind(to_string(state));
  return read_rows(std::move(rows));
}

Status Store::set_state(std::string_view id, JobState state, std::string_view error_json,
                        std::int64_t now_ms) {
  const bool queued = state == JobState::queued;
  Statement change = ORCH_TRY(
      state_->database.prepare("UPDATE job SET state = ?, error_json = ?, ended_ms = ?, pid = 0, "
                               "cancel_requested = cancel_requested AND ? WHERE id = ?"));
  change.bind(to_string(state)).bind(error_json).bind(queued ? 0 : now_ms);
  change.bind(std::int64_t{!queued}).bind(id);
  return change_job(state_->database, Durability::intent, std::move(change), id);
}

Status Store::set_running(std::string_view id, int pid, std::int64_t now_ms) {
  Statement change = ORCH_TRY(state_->database.prepare(
      "UPDATE job SET cancel_requested = cancel_requested AND state IN ('queued', 'running'), "
      "state = 'running', pid = ?, error_json = '', ended_ms = 0, "
      "started_ms = CASE started_ms WHEN 0 THEN ? ELSE started_ms END WHERE id = ?"));
  change.bind(std::int64_t{pid}).bind(now_ms).bind(id);
  return change_job(state_->database, Durability::intent, std::move(change), id);
}

Status Store::set_progress(std::string_view id, std::string_view progress_json) {
  Statement change =
      ORCH_TRY(state_->database.prepare("UPDATE checkpoint SET progress_json = ? "
                                        "WHERE job = (SELECT number FROM job WHERE id = ?)"));
  change.bind(progress_json).bind(id);
  return change_job(state_->database, Durability::progress, std::move(change), id);
}

Status Store::request_cancel(std::string_view id) {
  Statement change =
      ORCH_TRY(state_->database.prepare("UPDATE job SET cancel_requested = 1 WHERE id = ?"));
  change.bind(id);
  return change_job(state_->database, Durability::intent, std::move(change), id);
}

Result<bool> Store::cancel_requested(std::string_view id) const {
  Statement row =
      ORCH_TRY(state_->database.prepare("SELECT cancel_requested FROM job WHERE id = ?"));
  if (!ORCH_TRY(row.bind(id).step())) return no_such_job(id);
  return row.integer() != 0;
}

}  // namespace orch::store
