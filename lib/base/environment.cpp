#include "base/environment.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace orch {
namespace {

constexpr std::string_view kExact[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "DATABASE_URL",
    "DOCKER_AUTH_CONFIG",
    "FIFTYONE_DATABASE_URI",
    "KAGGLE_KEY",
    "MYSQL_PWD",
    "ORCH_VAULT_KEY",
    "PGPASSFILE",
    "PGPASSWORD",
    "PREFECT_API_AUTH_STRING",
    "PREFECT_API_DATABASE_CONNECTION_URL",
    "PREFECT_SERVER_API_AUTH_STRING",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    "RAY_JOB_HEADERS",
    "REDISCLI_AUTH",
    "SSHPASS",
};

// Whole words at the end of a name.
constexpr std::string_view kEndings[] = {
    "ACCESS_KEY",
    "ACCOUNT_KEY",
    "API_KEY",
    "APIKEY",
    "AUTH_KEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "ENCRYPTION_KEY",
    "MASTER_KEY",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PAT",
    "PRIVATE_KEY",
    "SECRET",
    "SECRETS",
    "SECRET_KEY",
    "SECRET_ID",
    "SIGNING_KEY",
    "STORAGE_KEY",
    "VAULT_KEY",
    "TOKEN",
    "CONNECTION_STRING",
};

// A variable that names the file of a credential opens it as well.
constexpr std::string_view kFileEndings[] = {"_FILE", "_FILEPATH", "_PATH"};

bool ends_with_word(std::string_view name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  return name.size() == ending.size() || name[name.size() - ending.size() - 1] == '_';
}

}  // namespace

EnvMap process_environment() {
  EnvMap env;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=', 1);
    if (equals == std::string_view::npos) continue;
    env.emplace(text.substr(0, equals), text.substr(equals + 1));  // the first wins, as in getenv
  }
  return env;
}

std::optional<std::string> get(const EnvMap& env, std::string_view name) {
  const auto found = env.find(name);
  if (found == env.end()) return std::nullopt;
  return found->second;
}

bool is_credential_variable(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  std::string_view word = upper;
  if (std::ranges::find(kExact, word) != std::end(kExact)) return true;
  for (const auto ending : kFileEndings) {
    if (word.ends_with(ending)) {
      word.remove_suffix(ending.size());
      break;
    }
  }
  return std::ranges::any_of(kEndings,
                             [&](std::string_view ending) { return ends_with_word(word, ending); });
}

EnvMap child_environment(const EnvMap& env, const EnvMap& extra) {
  EnvMap result = extra;
  for (const auto& [name, value] : env) {
    if (!is_credential_variable(name)) result.emplace(name, value);
  }
  return result;
}

}  // namespace orch
