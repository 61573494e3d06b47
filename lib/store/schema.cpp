#include "store/schema.h"

#include <fmt/core.h>

#include <array>
#include <string>

namespace orch::store {
namespace {

// `number` orders jobs by age whatever the wall clock did. What changes every second lies apart
// from the specification, which may be large.
constexpr std::array kSteps = {
    R"sql(
CREATE TABLE job (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  enqueued INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  total INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  directory TEXT NOT NULL,
  results_path TEXT NOT NULL,
  error_json TEXT NOT NULL,
  plan_json TEXT NOT NULL,
  spec_json TEXT NOT NULL
);
CREATE INDEX job_by_name ON job (name, number);
CREATE INDEX job_by_state ON job (state, number);
CREATE TABLE checkpoint (
  job INTEGER PRIMARY KEY,
  log_bytes INTEGER NOT NULL,
  ok INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  progress_json TEXT NOT NULL
);
CREATE TABLE bitmap (
  job INTEGER NOT NULL,
  chunk INTEGER NOT NULL,
  bits BLOB NOT NULL,
  PRIMARY KEY (job, chunk)
) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE orchestrator (
  registry TEXT NOT NULL,
  name TEXT NOT NULL,
  environment TEXT NOT NULL,
  description TEXT NOT NULL,
  config_json TEXT NOT NULL,
  secrets_json TEXT NOT NULL,
  operators_json TEXT NOT NULL,
  own_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  refreshed_ms INTEGER NOT NULL,
  PRIMARY KEY (registry, name)
) WITHOUT ROWID;
CREATE TABLE vault (
  name TEXT NOT NULL PRIMARY KEY,
  description TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE sequence (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  steps_json TEXT NOT NULL,
  error_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
);
CREATE INDEX sequence_by_subject ON sequence (kind, subject, number);
CREATE INDEX sequence_by_state ON sequence (state, number);
)sql",
    R"sql(
CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  run TEXT NOT NULL,
  registry TEXT NOT NULL,
  orchestrator TEXT NOT NULL,
  purpose TEXT NOT NULL,
  command TEXT NOT NULL,
  state TEXT NOT NULL,
  url TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL
);
CREATE INDEX run_by_id ON run (run);
CREATE INDEX run_by_orchestrator ON run (registry, orchestrator, number);
)sql",
};

Status use_wal(Database& database) {
  Statement pragma = ORCH_TRY(database.prepare("PRAGMA journal_mode=WAL"));
  if (ORCH_TRY(pragma.step()) && pragma.text() == "wal") return {};
  return fail(ErrorCode::state_unusable,
              fmt::format("{} cannot use a write-ahead log there", database.path()),
              "point --state-dir at a directory on a local disk");
}

Status newer(const Database& database, int version, std::size_t known) {
  return fail(ErrorCode::state_newer,
              fmt::format("{} has version {}, this orch knows versions up to {}", database.path(),
                          version, known));
}

Status run_step(Database& database, const char* step, int version) {
  Transaction transaction = ORCH_TRY(Transaction::begin(database, Durability::intent));
  if (ORCH_TRY(schema_version(database)) != version) return {};  // somebody was faster
  ORCH_TRY(database.execute(step));
  ORCH_TRY(database.execute(fmt::format("PRAGMA user_version={}", version + 1).c_str()));
  return transaction.commit();
}

}  // namespace

std::span<const char* const> schema_steps() { return kSteps; }

Result<int> schema_version(Database& database) {
  Statement pragma = ORCH_TRY(database.prepare("PRAGMA user_version"));
  if (!ORCH_TRY(pragma.step())) return 0;
  return static_cast<int>(pragma.integer());
}

Status migrate(Database& database, std::span<const char* const> steps) {
  for (;;) {
    const int version = ORCH_TRY(schema_version(database));
    const auto done = static_cast<std::size_t>(version);
    if (version < 0 || done > steps.size()) return newer(database, version, steps.size());
    if (done == steps.size()) return {};
    if (version == 0) ORCH_TRY(use_wal(database));
    ORCH_TRY(run_step(database, steps[done], version));
  }
}

}  // namespace orch::store
