#include "store/orchestrators.h"

#include <fmt/core.h>

#include "base/text.h"
#include "store/database.h"

namespace orch::store {
namespace {

constexpr std::string_view kColumns =
    "name, registry, environment, description, config_json, secrets_json, operators_json, "
    "own_json, created_ms, updated_ms, refreshed_ms";

OrchestratorRow read_row(Statement& row) {
  OrchestratorRow one;
  one.name = row.text();
  one.registry = row.text();
  one.environment = row.text();
  one.description = row.text();
  one.config_json = row.text();
  one.secrets_json = row.text();
  one.operators_json = row.text();
  one.own_json = row.text();
  one.created_ms = row.integer();
  one.updated_ms = row.integer();
  one.refreshed_ms = row.integer();
  return one;
}

VaultRow read_vault_row(Statement& row) {
  VaultRow one;
  one.name = row.text();
  one.description = row.text();
  one.created_ms = row.integer();
  one.updated_ms = row.integer();
  return one;
}

// One change in a transaction of its own; whether it touched a row.
Result<bool> change(Database& database, Statement statement) {
  Transaction transaction = ORCH_TRY(Transaction::begin(database, Durability::intent));
  ORCH_TRY(statement.run());
  const bool touched = database.changes() != 0;
  ORCH_TRY(transaction.commit());
  return touched;
}

tl::unexpected<Error> no_such_secret(std::string_view name) {
  return fail(ErrorCode::not_found, fmt::format("there is no secret {}", printable(name)),
              "`orch list secrets` shows their names");
}

}  // namespace

Result<std::vector<OrchestratorRow>> orchestrators(Store& store) {
  Statement rows = ORCH_TRY(store.database().prepare(
      fmt::format("SELECT {} FROM orchestrator ORDER BY name, registry", kColumns)));
  std::vector<OrchestratorRow> found;
  while (ORCH_TRY(rows.step())) found.push_back(read_row(rows));
  return found;
}

Result<std::optional<OrchestratorRow>> orchestrator(Store& store, std::string_view registry,
                                                    std::string_view name) {
  Statement row = ORCH_TRY(store.database().prepare(
      fmt::format("SELECT {} FROM orchestrator WHERE registry = ? AND name = ?", kColumns)));
  row.bind(registry).bind(name);
  if (!ORCH_TRY(row.step())) return std::nullopt;
  return read_row(row);
}

Status put_orchestrator(Store& store, const OrchestratorRow& row) {
  Statement put = ORCH_TRY(store.database().prepare(fmt::format(
      "INSERT OR REPLACE INTO orchestrator ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", kColumns)));
  put.bind(row.name).bind(row.registry).bind(row.environment).bind(row.description);
  put.bind(row.config_json).bind(row.secrets_json).bind(row.operators_json).bind(row.own_json);
  put.bind(row.created_ms).bind(row.updated_ms).bind(row.refreshed_ms);
  ORCH_TRY(change(store.database(), std::move(put)));
  return {};
}

Status remove_orchestrator(Store& store, std::string_view registry, std::string_view name) {
  Statement remove = ORCH_TRY(
      store.database().prepare("DELETE FROM orchestrator WHERE registry = ? AND name = ?"));
  remove.bind(registry).bind(name);
  if (ORCH_TRY(change(store.database(), std::move(remove)))) return {};
  return fail(ErrorCode::not_found, fmt::format("there is no orchestrator {}", printable(name)),
              "`orch list orchestrators` shows what exists");
}

Result<std::vector<VaultRow>> vault_rows(Store& store) {
  Statement rows = ORCH_TRY(store.database().prepare(
      "SELECT name, description, created_ms, updated_ms FROM vault ORDER BY name"));
  std::vector<VaultRow> found;
  while (ORCH_TRY(rows.step())) found.push_back(read_vault_row(rows));
  return found;
}

Result<std::optional<VaultRow>> vault_row(Store& store, std::string_view name) {
  Statement row = ORCH_TRY(store.database().prepare(
      "SELECT name, description, created_ms, updated_ms, sealed FROM vault WHERE name = ?"));
  row.bind(name);
  if (!ORCH_TRY(row.step())) return std::nullopt;
  VaultRow one = read_vault_row(row);
  one.sealed = row.text();
  return one;
}

Status add_vault_row(Store& store, const VaultRow& row) {
  Statement add =
      ORCH_TRY(store.database().prepare("INSERT OR IGNORE INTO vault (name, description, sealed, "
                                        "created_ms, updated_ms) VALUES (?,?,?,?,?)"));
  add.bind(row.name)
      .bind(row.description)
      .bind_bytes(row.sealed)
      .bind(row.created_ms)
      .bind(row.updated_ms);
  if (ORCH_TRY(change(store.database(), std::move(add)))) return {};
  return fail(ErrorCode::already_exists,
              fmt::format("there is a secret {} already", printable(row.name)),
              "choose another name, or give it a new value with `orch secret set`");
}

Status update_vault_row(Store& store, const VaultRow& row) {
  Statement update = ORCH_TRY(store.database().prepare(
      "UPDATE vault SET description = ?, sealed = ?, updated_ms = ? WHERE name = ?"));
  update.bind(row.description).bind_bytes(row.sealed).bind(row.updated_ms).bind(row.name);
  if (ORCH_TRY(change(store.database(), std::move(update)))) return {};
  return no_such_secret(row.name);
}

Status remove_vault_row(Store& store, std::string_view name) {
  Statement remove = ORCH_TRY(store.database().prepare("DELETE FROM vault WHERE name = ?"));
  remove.bind(name);
  if (ORCH_TRY(change(store.database(), std::move(remove)))) return {};
  return no_such_secret(name);
}

}  // namespace orch::store
