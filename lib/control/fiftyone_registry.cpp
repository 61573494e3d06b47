#include "control/fiftyone_registry.h"

#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/redact.h"
#include "base/text.h"
#include "control/python_sdk.h"
#include "secrets/naming.h"

namespace orch::control {
namespace {

doc::Value arguments(std::initializer_list<std::pair<std::string_view, doc::Value>> all) {
  doc::Value value = doc::Value::Object{};
  for (const auto& [name, each] : all) value.set(name, each);
  return value;
}

// "2026-01-02T03:04:05.678901", in UTC when it names no zone; 0 for anything else.
std::int64_t parse_time(const std::string& iso) {
  std::tm parts{};
  const char* rest = ::strptime(iso.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return 0;
  std::int64_t ms = static_cast<std::int64_t>(::timegm(&parts)) * 1000;
  if (*rest == '.') {
    std::int64_t scale = 100;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10) ms += (*rest - '0') * scale;
  }
  // "+02:00"
  const std::string_view zone = rest;
  if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-')) {
    const auto hours = parse_integer(zone.substr(1, 2));
    const auto minutes = parse_integer(zone.substr(4, 2));
    if (hours && minutes) ms += (*hours * 60 + *minutes) * (zone[0] == '+' ? -60'000 : 60'000);
  }
  return ms;
}

Orchestrator from_document(const doc::Value& document) {
  Orchestrator one;
  one.name = document.text("instance_identifier");
  one.description = document.text("description");
  one.environment = lower(document.text("environment"));
  if (const doc::Value* config = document.find("config");
      config != nullptr && config->object() != nullptr) {
    const doc::Value* inner = config->find(one.environment);
    one.config = inner != nullptr && inner->object() != nullptr ? *inner : *config;
  }
  if (const doc::Value* secrets = document.find("secrets");
      secrets != nullptr && secrets->object() != nullptr) {
    const doc::Value* nested = secrets->find(one.environment);
    const doc::Value& names = nested != nullptr && nested->object() != nullptr ? *nested : *secrets;
    for (const auto& [field, name] : *names.object()) {
      if (name.string() != nullptr) one.secrets[secrets::camel_case(field)] = *name.string();
    }
  }
  if (const doc::Value* operators = document.find("available_operators");
      operators != nullptr && operators->array() != nullptr) {
    for (const doc::Value& uri : *operators->array()) {
      if (uri.string() != nullptr) one.operators.push_back(*uri.string());
    }
  }
  one.created_ms = parse_time(document.text("created_at"));
  one.updated_ms = parse_time(document.text("updated_at"));
  return one;
}

// Names, or objects that hold one under the key: the documentation says both.
Result<std::vector<std::string>> names_of(const doc::Value& list, std::string_view key) {
  std::vector<std::string> names;
  if (list.array() == nullptr) {
    return fail(ErrorCode::bad_answer, "the FiftyOne SDK returned no list where one is documented");
  }
  for (const doc::Value& each : *list.array()) {
    const std::string name = each.string() != nullptr ? *each.string() : each.text(key);
    if (!name.empty()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

class FiftyOneRegistry : public Registry {
 public:
  FiftyOneRegistry(std::shared_ptr<PythonSdk> sdk, std::string_view api_uri)
      : traits_{"fiftyone", fmt::format("FiftyOne ({})", show_url(api_uri)), false, false},
        sdk_(std::move(sdk)) {}

  const RegistryTraits& traits() const override { return traits_; }

  Result<std::vector<std::string>> list() override {
    return names_of(ORCH_TRY(sdk_->call("list_orchestrators", {})), "instance_identifier");
  }

  Result<std::optional<Orchestrator>> find(const std::string& name) override {
    auto document = sdk_->call("get_orchestrator", arguments({{"instance_id", name}}));
    // As documented: a ValueError when it is not there.
    if (!document && document.error().code == ErrorCode::invalid_value) return std::nullopt;
    const doc::Value found = ORCH_TRY(std::move(document));
    if (found.is_null()) return std::nullopt;
    return from_document(found);
  }

  Status add(const Orchestrator& orchestrator) override {
    doc::Value names = doc::Value::Object{};
    for (const auto& [field, name] : orchestrator.secrets) names.set(field, name);
    const doc::Value config = arguments({{orchestrator.environment, orchestrator.config}});
    const doc::Value secrets = arguments({{orchestrator.environment, names}});
    ORCH_TRY(
        sdk_->call("register_orchestrator", arguments({{"instance_id", orchestrator.name},
                                                       {"description", orchestrator.description},
                                                       {"environment", orchestrator.environment},
                                                       {"config", config},
                                                       {"secrets", secrets}})));
    return {};
  }

  Status update(const Orchestrator& orchestrator) override {
    return fail(ErrorCode::unsupported,
                fmt::format("FiftyOne has no call that changes the registration of {}",
                            printable(orchestrator.name)),
                "--replace deletes it and registers it again");
  }

  Status remove(const std::string& name) override {
    const auto removed = sdk_->call("delete_orchestrator", arguments({{"instance_id", name}}));
    if (!removed && removed.error().code == ErrorCode::invalid_value) {
      return fail(ErrorCode::not_found,
                  fmt::format("{} has no orchestrator {}", traits_.where, printable(name)),
                  "`orch list orchestrators` shows what exists");
    }
    if (!removed) return fail(removed.error());
    return {};
  }

  Result<std::vector<std::string>> list_secrets() override {
    return names_of(ORCH_TRY(sdk_->call("list_secrets", {})), "key");
  }

  Result<std::optional<secrets::SecretInfo>> find_secret(const std::string& name) override {
    const doc::Value found = ORCH_TRY(sdk_->call("get_secret_info", arguments({{"key", name}})));
    if (found.is_null()) return std::nullopt;
    secrets::SecretInfo info;
    info.name = name;
    info.description = found.text("description");
    info.created_ms = parse_time(found.text("created_at"));
    return info;
  }

  Status add_secret(const std::string& name, const std::string& value,
                    const std::string& description) override {
    register_secret(value);
    ORCH_TRY(sdk_->call(
        "add_secret", arguments({{"key", name}, {"value", value}, {"description", description}})));
    return {};
  }

  // Without a description, or the one that is there would be lost.
  Status update_secret(const std::string& name, const std::string& value) override {
    register_secret(value);
    ORCH_TRY(sdk_->call("update_secret", arguments({{"key", name}, {"value", value}})));
    return {};
  }

  Status remove_secret(const std::string& name) override {
    if (!ORCH_TRY(find_secret(name))) {
      return fail(ErrorCode::not_found,
                  fmt::format("{} has no secret {}", traits_.where, printable(name)),
                  "`orch list secrets` shows their names");
    }
    ORCH_TRY(sdk_->call("delete_secret", arguments({{"key", name}})));
    return {};
  }

  Result<std::string> secret_value(const std::string& name) override {
    return fail(ErrorCode::unsupported,
                fmt::format("FiftyOne does not give the value of {} back", printable(name)),
                "look it up where it came from");
  }

 private:
  RegistryTraits traits_;
  std::shared_ptr<PythonSdk> sdk_;
};

}  // namespace

std::unique_ptr<Registry> fiftyone_registry(std::shared_ptr<PythonSdk> sdk,
                                            std::string_view api_uri) {
  return std::make_unique<FiftyOneRegistry>(std::move(sdk), api_uri);
}

}  // namespace orch::control
