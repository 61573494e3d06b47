// The secrets of this machine, encrypted at rest. The only folder that includes sodium.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "store/store.h"

namespace orch::secrets {

struct SecretInfo {
  std::string name;
  std::string description;
  std::int64_t created_ms = 0;  // Unix milliseconds; 0: not known
  std::int64_t updated_ms = 0;
};

// Names and descriptions need no key; the key (ORCH_VAULT_KEY_FILE, else <state>/vault.key, made
// 0600 on first use) is read when a value is written or read.
class Vault {
 public:
  Vault(store::Store& store, const EnvMap& environment, Clock& clock);

  Status add(const std::string& name, std::string_view value, std::string_view description);
  // not_found when it is not there. The description stays when `description` is empty.
  Status update(const std::string& name, std::string_view value, std::string_view description);
  // Registered for redaction. A key that does not fit, or a row that was changed, is
  // secret_unavailable with the cure.
  Result<std::string> value(const std::string& name);
  Result<std::optional<SecretInfo>> find(const std::string& name);
  Result<std::vector<SecretInfo>> list();  // by name
  Status remove(const std::string& name);  // not_found

 private:
  Result<std::string> key(bool make);

  store::Store& store_;
  EnvMap environment_;
  Clock& clock_;
};

}  // namespace orch::secrets
