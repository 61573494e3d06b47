// Orchestrators and secrets (ciphertext only) as this machine knows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace orch::store {

struct OrchestratorRow {
  std::string name;
  std::string registry;  // "local", or "fiftyone": then only what orch itself must know is here
  std::string environment;
  std::string description;
  std::string config_json;     // the environment's keys
  std::string secrets_json;    // field → name of the secret
  std::string operators_json;  // ["…"]: reported by the last refresh
  std::string own_json;        // auth, refresh, provision as the file had them; no secret values
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t refreshed_ms = 0;  // 0: never
};

// By registry and name.
Result<std::vector<OrchestratorRow>> orchestrators(Store& store);  // by name
Result<std::optional<OrchestratorRow>> orchestrator(Store& store, std::string_view registry,
                                                    std::string_view name);
Status put_orchestrator(Store& store, const OrchestratorRow& row);  // durable; adds or replaces
Status remove_orchestrator(Store& store, std::string_view registry, std::string_view name);

struct VaultRow {
  std::string name;
  std::string description;
  std::string sealed;  // nonce and ciphertext
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};
Result<std::vector<VaultRow>> vault_rows(Store& store);  // by name, without `sealed`
Result<std::optional<VaultRow>> vault_row(Store& store, std::string_view name);
Status add_vault_row(Store& store, const VaultRow& row);       // durable; already_exists
Status update_vault_row(Store& store, const VaultRow& row);    // durable; not_found
Status remove_vault_row(Store& store, std::string_view name);  // durable; not_found

}  // namespace orch::store
