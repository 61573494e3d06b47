// A registry knows orchestrators and keeps their secrets: this machine's own, or FiftyOne
// Enterprise. Implementations answer alike; tests/conformance runs one suite over all of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "doc/value.h"
#include "secrets/vault.h"

namespace orch::control {

struct Orchestrator {
  std::string name;  // instance id
  std::string description;
  std::string environment;
  doc::Value config = doc::Value::Object{};    // the environment's keys, spelled as its vendor does
  std::map<std::string, std::string> secrets;  // field (camelCase) → the secret's name
  std::vector<std::string> operators;
  std::int64_t created_ms = 0;  // Unix milliseconds; 0: not known
  std::int64_t updated_ms = 0;
};

struct RegistryTraits {
  std::string_view id;  // "local", "fiftyone"
  std::string where;    // for people: "this machine (/home/u/.local/state/orch)", an API address
  bool updates = true;  // false: a change is delete + register (`--replace`)
  bool reads_values = true;  // whether a secret's value can be read back
};

// Errors: not_found, already_exists, not_authenticated, permission_denied, unsupported (the other
// side has no such call), and the ambiguous ones after which a caller must look: timed_out,
// unreachable, remote_failed, bad_answer. No error holds a secret's value.
class Registry {
 public:
  virtual ~Registry() = default;
  virtual const RegistryTraits& traits() const = 0;

  virtual Result<std::vector<std::string>> list() = 0;  // names, sorted
  virtual Result<std::optional<Orchestrator>> find(const std::string& name) = 0;
  virtual Status add(const Orchestrator& orchestrator) = 0;     // already_exists
  virtual Status update(const Orchestrator& orchestrator) = 0;  // unsupported without `updates`
  virtual Status remove(const std::string& name) = 0;

  virtual Result<std::vector<std::string>> list_secrets() = 0;  // names, sorted
  virtual Result<std::optional<secrets::SecretInfo>> find_secret(const std::string& name) = 0;
  virtual Status add_secret(const std::string& name, const std::string& value,
                            const std::string& description) = 0;
  virtual Status update_secret(const std::string& name, const std::string& value) = 0;
  virtual Status remove_secret(const std::string& name) = 0;
  virtual Result<std::string> secret_value(const std::string& name) = 0;  // with `reads_values`
};

}  // namespace orch::control
