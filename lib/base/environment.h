// The process environment as a value, and what of it a child may see.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace orch {

using EnvMap = std::map<std::string, std::string, std::less<>>;

EnvMap process_environment();
std::optional<std::string> get(const EnvMap& env, std::string_view name);

// True for variables that carry credentials (AWS_SECRET_ACCESS_KEY, *_TOKEN, *_PASSWORD, …).
bool is_credential_variable(std::string_view name);
// `env` without credential variables, plus `extra` (what the job lists under `env:`).
EnvMap child_environment(const EnvMap& env, const EnvMap& extra);

}  // namespace orch
