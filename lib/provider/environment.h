// The environments that an orchestrator may run in: what their registration consists of. Known
// before the provider's own folder exists, so that every one of them can be registered.
// Source: the vendor's documentation of register_orchestrator and the setup guides.
#pragma once

#include <span>
#include <string_view>

#include "config/fields.h"

namespace orch::provider {

struct ConfigKey {
  std::string_view name;  // camelCase, as the vendor documents it
  unsigned kinds;         // of config::Kind
  bool required;
  std::string_view about;
  std::string_view fallback = {};  // the vendor's default
};

struct SecretField {
  std::string_view name;  // camelCase
  bool required;
  std::string_view about;  // what it is and where it is found
};

struct Environment {
  std::string_view id;  // as in a file: "databricks"
  std::string_view title;
  bool in_fiftyone;  // FiftyOne Enterprise has it
  std::span<const ConfigKey> config;
  std::span<const SecretField> secrets;
  std::string_view rotated;  // the secret field that rotate-secret means by default; may be empty
};

std::span<const Environment> all_environments();
const Environment* find_environment(std::string_view id);
const SecretField* find_secret_field(const Environment& environment, std::string_view name);

}  // namespace orch::provider
