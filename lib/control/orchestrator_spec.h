// An orchestrator as its YAML file (or the flags of `orch register`) says it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "doc/value.h"
#include "secrets/source.h"

namespace orch::config {
struct Field;
}

namespace orch::control {

struct OrchestratorSpec {
  std::string name;
  std::string description;
  std::string environment;
  std::string registry;                      // "fiftyone", "local"; empty: the default
  doc::Value config = doc::Value::Object{};  // the environment's keys; other ones pass through
  std::vector<std::pair<std::string, secrets::Source>> secrets;  // by field, in the file's order
  std::map<std::string, std::string> secret_names;               // field → name, against the rule
  doc::Value auth;  // how orch itself signs in; null: the environment's own chain
  std::string refresh_command;
  doc::Value provision;        // the provider's; null: none
  std::string base_directory;  // of relative paths in it
  std::vector<std::string> warnings;
};

struct OrchestratorSpecOptions {
  std::string name = {};                // of the file, for messages
  std::string base_directory = {};      // of relative paths in the file
  std::vector<std::string> set = {};    // --set path=value
  const EnvMap* environment = nullptr;  // for ${VAR}
};

// All mistakes at once (Error::details), each "file:line:column: path: what; cure".
Result<OrchestratorSpec> parse_orchestrator(const doc::Value& document,
                                            const OrchestratorSpecOptions& options);

// The table behind it, for the JSON Schema.
const config::Field& orchestrator_fields();

// A commented file with every key and default of the environment, for `register --init`.
std::string orchestrator_template(std::string_view environment);

}  // namespace orch::control
