#include "databricks/identity.h"

#include <fmt/core.h>

#include <array>
#include <optional>

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "databricks/config_file.h"
#include "http/url.h"

namespace orch::databricks {
namespace {

struct Attribute {
  std::string_view key;  // in the file
  std::string_view variable;
};
constexpr std::array<Attribute, 8> kAttributes = {{
    {"host", "DATABRICKS_HOST"},
    {"token", "DATABRICKS_TOKEN"},
    {"client_id", "DATABRICKS_CLIENT_ID"},
    {"client_secret", "DATABRICKS_CLIENT_SECRET"},
    {"account_id", "DATABRICKS_ACCOUNT_ID"},
    {"workspace_id", "DATABRICKS_WORKSPACE_ID"},
    {"auth_type", "DATABRICKS_AUTH_TYPE"},
    {"discovery_url", "DATABRICKS_DISCOVERY_URL"},
}};

std::string value_of(const EnvMap& environment, std::string_view name) {
  return std::string(trim(get(environment, name).value_or("")));
}

std::string at(const Profile& profile, std::string_view key) {
  const auto found = profile.find(key);
  return found == profile.end() ? std::string() : found->second;
}

Profile from_environment(const EnvMap& environment) {
  Profile values;
  for (const Attribute& attribute : kAttributes) {
    if (auto value = value_of(environment, attribute.variable); !value.empty()) {
      values[std::string(attribute.key)] = std::move(value);
    }
  }
  return values;
}

std::string config_path(const EnvMap& environment) {
  if (auto path = value_of(environment, "DATABRICKS_CONFIG_FILE"); !path.empty()) return path;
  const std::string home = value_of(environment, "HOME");
  return home.empty() ? std::string() : home + "/.databrickscfg";
}

bool has_credentials(const Profile& values) {
  return !at(values, "token").empty() || !at(values, "client_secret").empty();
}

class Resolver {
 public:
  explicit Resolver(const EnvMap& environment)
      : environment_(environment), path_(config_path(environment)) {}

  Result<Identity> by_profile(const std::string& profile) {
    values_ = ORCH_TRY(named_profile(profile));
    const Profile variables = from_environment(environment_);
    std::vector<std::string> ignored;
    for (const Attribute& attribute : kAttributes) {
      if (variables.contains(attribute.key)) ignored.emplace_back(attribute.variable);
    }
    if (!ignored.empty()) {
      notes_.push_back(
          fmt::format("the profile {} counts, not {}", printable(profile), join(ignored, ", ")));
    }
    return identity();
  }

  Result<Identity> by_environment() {
    values_ = from_environment(environment_);
    from_ = "the environment's DATABRICKS_* variables";
    const std::string named = value_of(environment_, "DATABRICKS_CONFIG_PROFILE");
    if (!named.empty() || at(values_, "host").empty() || !has_credentials(values_)) {
      const bool none = values_.empty();
      Profile filled = ORCH_TRY(named.empty() ? default_profile() : named_profile(named));
      if (!filled.empty() && !none) from_ = "the environment, and " + profile_;
      if (!filled.empty() && none) from_ = profile_;
      for (auto& [key, value] : filled) values_.try_emplace(key, value);
    }
    return identity();
  }

 private:
  Result<std::optional<ConfigFile>> file() {
    if (path_.empty() || !exists(path_)) return std::nullopt;
    return ORCH_TRY(parse_config_file(ORCH_TRY(read_file(path_, 1 << 20)), path_));
  }

  Result<Profile> named_profile(const std::string& name) {
    const auto config = ORCH_TRY(file());
    profile_ = fmt::format("the profile {} of {}", printable(name), printable(path_));
    from_ = profile_;
    if (config) {
      const auto found = config->profiles.find(name);
      if (found != config->profiles.end()) return found->second;
    }
    std::vector<std::string> known;
    if (config) {
      for (const auto& [each, values] : config->profiles) known.push_back(each);
    }
    const auto meant = nearest(name, known);
    return fail(ErrorCode::invalid_setting,
                fmt::format("{} has no profile {}{}", printable(path_), printable(name),
                            meant ? fmt::format("; did you mean {}?", *meant) : ""),
                config ? "it has " + join(known, ", ") : "the file does not exist");
  }

  // Silent when there is none.
  Result<Profile> default_profile() {
    const auto config = ORCH_TRY(file());
    if (!config) return Profile{};
    const bool named = !config->default_profile.empty();
    const std::string name = named ? config->default_profile : "DEFAULT";
    if (!named && !config->profiles.contains(name)) return Profile{};
    return named_profile(name);
  }

  Result<Identity> identity() {
    Identity identity;
    identity.from = from_;
    identity.notes = notes_;
    identity.token = at(values_, "token");
    identity.client_id = at(values_, "client_id");
    identity.client_secret = at(values_, "client_secret");
    identity.account_id = at(values_, "account_id");
    identity.workspace_id = at(values_, "workspace_id");
    identity.discovery_url = at(values_, "discovery_url");
    register_secret(identity.token);
    register_secret(identity.client_secret);
    identity.kind = ORCH_TRY(kind_of(identity));
    if (at(values_, "host").empty()) {
      return fail(ErrorCode::invalid_setting,
                  fmt::format("no Databricks host is given: looked in {}", looked_in()),
                  "set DATABRICKS_HOST, or name a profile with --databricks-profile");
    }
    ORCH_TRY(set_host(identity, at(values_, "host")));
    return identity;
  }

  Result<Identity::Kind> kind_of(const Identity& identity) const {
    const std::string type = at(values_, "auth_type");
    if (!type.empty() && type != "pat" && type != "oauth-m2m") {
      return fail(ErrorCode::unsupported,
                  fmt::format("auth_type {}: orch signs in with pat or oauth-m2m", printable(type)),
                  "use a token, or a service principal's client id and secret");
    }
    const bool token = !identity.token.empty() && type != "oauth-m2m";
    const bool oauth = !identity.client_secret.empty() && type != "pat";
    if (token && oauth) {
      return fail(ErrorCode::invalid_setting,
                  fmt::format("{} hold a token and a client secret", from_),
                  "set DATABRICKS_AUTH_TYPE to pat or oauth-m2m, or name one profile with "
                  "--databricks-profile");
    }
    if (oauth && identity.client_id.empty()) {
      return fail(ErrorCode::invalid_setting, fmt::format("{} hold no client id", from_),
                  "set DATABRICKS_CLIENT_ID to the service principal's application id");
    }
    if (!token && !oauth) {
      return fail(ErrorCode::not_authenticated,
                  fmt::format("no Databricks credentials are given: looked in {}", looked_in()),
                  "set DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or "
                  "name a profile with --databricks-profile");
    }
    return token ? Identity::Kind::token : Identity::Kind::oauth;
  }

  std::string looked_in() const {
    if (!from_.empty() && from_ == profile_) return from_;
    const std::string file = path_.empty() ? "no file, without HOME" : printable(path_);
    return fmt::format("DATABRICKS_* variables and {}{}", file,
                       !path_.empty() && !exists(path_) ? " (which does not exist)" : "");
  }

  const EnvMap& environment_;
  std::string path_;
  Profile values_;
  std::string from_;
  std::string profile_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<Identity> find_identity(const std::string& profile, const EnvMap& environment) {
  Resolver resolver(environment);
  return profile.empty() ? resolver.by_environment() : resolver.by_profile(profile);
}

Status set_host(Identity& identity, std::string_view host) {
  std::string url(trim(host));
  if (const std::size_t query = url.find('?'); query != std::string::npos) {
    const std::string parameter = url.substr(query + 1);
    if (parameter.starts_with("o=") && identity.workspace_id.empty()) {
      identity.workspace_id = parameter.substr(2, parameter.find_first_of("&#") - 2);
    }
    url.erase(query);
  }
  if (url.find("://") == std::string::npos) url = "https://" + url;
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with(":443")) url.resize(url.size() - 4);
  const bool safe = http::is_https_url(url) || http::is_loopback_url(url);
  if (!http::is_http_url(url) || !safe) {
    return fail(ErrorCode::invalid_setting,
                fmt::format("the Databricks host {} is no https address", printable(show_url(url))),
                "write it as the browser shows it: https://….cloud.databricks.com");
  }
  identity.host = url;
  return {};
}

}  // namespace orch::databricks
