#include "store/runs.h"

#include <fmt/core.h>

#include "store/database.h"

namespace orch::store {
namespace {

constexpr std::string_view kColumns =
    "token, run, registry, orchestrator, purpose, command, state, url, created_ms, started_ms, "
    "ended_ms";

RunRow read_row(Statement& row) {
  RunRow one;
  one.token = row.text();
  one.run = row.text();
  one.registry = row.text();
  one.orchestrator = row.text();
  one.purpose = row.text();
  one.command = row.text();
  one.state = row.text();
  one.url = row.text();
  one.created_ms = row.integer();
  one.started_ms = row.integer();
  one.ended_ms = row.integer();
  return one;
}

}  // namespace

Status put_run(Store& store, const RunRow& row) {
  Statement put = ORCH_TRY(store.database().prepare(fmt::format(
      "INSERT INTO run ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (token) DO UPDATE SET "
      "run = excluded.run, state = excluded.state, url = excluded.url, command = excluded.command, "
      "started_ms = excluded.started_ms, ended_ms = excluded.ended_ms",
      kColumns)));
  put.bind(row.token).bind(row.run).bind(row.registry).bind(row.orchestrator).bind(row.purpose);
  put.bind(row.command).bind(row.state).bind(row.url);
  put.bind(row.created_ms).bind(row.started_ms).bind(row.ended_ms);
  Transaction transaction = ORCH_TRY(Transaction::begin(store.database(), Durability::intent));
  ORCH_TRY(put.run());
  return transaction.commit();
}

Result<std::vector<RunRow>> runs(Store& store, std::string_view registry,
                                 std::string_view orchestrator, int limit) {
  Statement rows = ORCH_TRY(store.database().prepare(
      fmt::format("SELECT {} FROM run WHERE (? = '' OR registry = ?) AND (? = '' OR orchestrator = "
                  "?) ORDER BY created_ms DESC, number DESC LIMIT ?",
                  kColumns)));
  rows.bind(registry).bind(registry).bind(orchestrator).bind(orchestrator);
  rows.bind(std::int64_t{limit});
  std::vector<RunRow> found;
  while (ORCH_TRY(rows.step())) found.push_back(read_row(rows));
  return found;
}

Result<std::optional<RunRow>> find_run(Store& store, std::string_view run) {
  if (run.empty()) return std::nullopt;
  Statement row = ORCH_TRY(store.database().prepare(
      fmt::format("SELECT {} FROM run WHERE run = ? ORDER BY number DESC LIMIT 1", kColumns)));
  row.bind(run);
  if (!ORCH_TRY(row.step())) return std::nullopt;
  return read_row(row);
}

}  // namespace orch::store
