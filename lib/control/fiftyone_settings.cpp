#include "control/fiftyone_settings.h"

#include <fmt/core.h>

#include <array>

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "doc/value.h"
#include "http/url.h"

namespace orch::control {
namespace {

constexpr std::string_view kAddress = "FIFTYONE_API_URI";
// The guides and FiftyOne's own pages spell it in three ways.
constexpr std::array<std::string_view, 3> kSpellings = {kAddress, "API_URI", "FIFTYONE_API_URL"};
constexpr std::string_view kKey = "FIFTYONE_API_KEY";
constexpr std::string_view kPython = "ORCH_FIFTYONE_PYTHON";

std::string value_of(const EnvMap& environment, std::string_view name) {
  return std::string(trim(get(environment, name).value_or("")));
}

// One slash more or less at the end is the same address.
std::string without_slash(std::string address) {
  while (address.ends_with('/')) address.pop_back();
  return address;
}

std::string config_path(const EnvMap& environment) {
  if (auto path = value_of(environment, "FIFTYONE_CONFIG_PATH"); !path.empty()) return path;
  const auto home = value_of(environment, "HOME");
  return home.empty() ? std::string() : home + "/.fiftyone/config.json";
}

Result<doc::Value> config_file(const EnvMap& environment) {
  const std::string path = config_path(environment);
  if (path.empty() || !exists(path)) return doc::Value();
  auto config = doc::parse_json(ORCH_TRY(read_file(path, 1 << 20)), path);
  if (!config) {
    config.error().code = ErrorCode::invalid_setting;
    config.error().hint =
        "mend FiftyOne's own config file, or name another in FIFTYONE_CONFIG_PATH";
  }
  return config;
}

Status read_variables(const EnvMap& environment, FiftyOneSettings& settings) {
  std::string_view first;
  for (const std::string_view name : kSpellings) {
    const std::string value = without_slash(value_of(environment, name));
    if (value.empty()) continue;
    if (name != kAddress) {
      settings.warnings.push_back(fmt::format(
          "{} is taken for the address of FiftyOne's API; its name is {}", name, kAddress));
    }
    if (first.empty()) {
      first = name;
      settings.api_uri = value;
    } else if (settings.api_uri != value) {
      return fail(ErrorCode::invalid_setting,
                  fmt::format("{} and {} name two addresses of FiftyOne's API", first, name),
                  fmt::format("set {} alone", kAddress));
    }
  }
  return {};
}

}  // namespace

Result<FiftyOneSettings> fiftyone_settings(const FiftyOneRequest& request,
                                           const EnvMap& environment) {
  FiftyOneSettings settings;
  if (!request.api_uri.empty()) {
    settings.api_uri = without_slash(request.api_uri);
  } else {
    ORCH_TRY(read_variables(environment, settings));
  }
  settings.api_key = value_of(environment, kKey);
  if (settings.api_uri.empty() || settings.api_key.empty()) {
    const doc::Value config = ORCH_TRY(config_file(environment));
    if (settings.api_uri.empty()) settings.api_uri = without_slash(config.text("api_uri"));
    if (settings.api_key.empty()) settings.api_key = config.text("api_key");
  }
  register_secret(settings.api_key);
  settings.python = !request.python.empty() ? request.python : value_of(environment, kPython);
  if (settings.python.empty()) settings.python = "python3";
  return settings;
}

Result<FiftyOneSettings> usable_fiftyone_settings(const FiftyOneRequest& request,
                                                  const EnvMap& environment) {
  FiftyOneSettings settings = ORCH_TRY(fiftyone_settings(request, environment));
  const std::string& address = settings.api_uri;
  if (address.empty()) {
    return fail(ErrorCode::invalid_setting, "the address of FiftyOne's API is not known",
                fmt::format("set {}, or give --api-uri; --registry local needs none", kAddress));
  }
  if (!address.starts_with("https://") && !address.starts_with("http://")) {
    return fail(ErrorCode::invalid_setting,
                fmt::format("{} is no address of an API", printable(show_url(address))),
                "write it whole: https://…");
  }
  if (address.starts_with("http://") && !http::is_loopback_url(address) &&
      !request.allow_insecure_http) {
    return fail(ErrorCode::invalid_setting,
                fmt::format("{} would carry secrets in clear", printable(show_url(address))),
                "use https, or say --allow-insecure-http if nobody can listen");
  }
  if (settings.api_key.empty()) {
    return fail(ErrorCode::not_authenticated, "the key of FiftyOne's API is not known",
                fmt::format("set {}; an admin makes one under Settings → API keys", kKey));
  }
  return settings;
}

}  // namespace orch::control
