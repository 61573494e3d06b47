#include "control/local_registry.h"

#include <fmt/core.h>

#include "base/text.h"
#include "store/orchestrators.h"

namespace orch::control {
namespace {

constexpr std::string_view kLocal = "local";

doc::Value parsed(const std::string& json) {
  auto value = doc::parse_json(json.empty() ? "{}" : json, "the state database");
  return value ? std::move(*value) : doc::Value(doc::Value::Object{});
}

Orchestrator from_row(const store::OrchestratorRow& row) {
  Orchestrator one;
  one.name = row.name;
  one.description = row.description;
  one.environment = row.environment;
  one.config = parsed(row.config_json);
  const doc::Value secrets = parsed(row.secrets_json);
  if (secrets.object()) {
    for (const auto& [field, name] : *secrets.object()) {
      if (name.string()) one.secrets[field] = *name.string();
    }
  }
  if (const doc::Value operators = parsed(row.operators_json); operators.array()) {
    for (const doc::Value& uri : *operators.array()) {
      if (uri.string()) one.operators.push_back(*uri.string());
    }
  }
  one.created_ms = row.created_ms;
  one.updated_ms = std::max(row.updated_ms, row.refreshed_ms);
  return one;
}

class LocalRegistry : public Registry {
 public:
  LocalRegistry(store::Store& store, const EnvMap& environment, Clock& clock)
      : store_(store),
        vault_(store, environment, clock),
        clock_(clock),
        traits_{kLocal, fmt::format("this machine ({})", store.directory()), true, true} {}

  const RegistryTraits& traits() const override { return traits_; }

  Result<std::vector<std::string>> list() override {
    std::vector<std::string> names;
    for (const auto& row : ORCH_TRY(store::orchestrators(store_))) {
      if (row.registry == kLocal) names.push_back(row.name);
    }
    return names;
  }

  Result<std::optional<Orchestrator>> find(const std::string& name) override {
    const auto row = ORCH_TRY(store::orchestrator(store_, kLocal, name));
    if (!row) return std::nullopt;
    return from_row(*row);
  }

  Status add(const Orchestrator& orchestrator) override {
    if (ORCH_TRY(store::orchestrator(store_, kLocal, orchestrator.name))) {
      return fail(ErrorCode::already_exists,
                  fmt::format("an orchestrator {} is registered already", orchestrator.name));
    }
    return put(orchestrator, {});
  }

  Status update(const Orchestrator& orchestrator) override {
    const auto row = ORCH_TRY(store::orchestrator(store_, kLocal, orchestrator.name));
    if (!row) return no_such(orchestrator.name);
    return put(orchestrator, *row);
  }

  Status remove(const std::string& name) override {
    return store::remove_orchestrator(store_, kLocal, name);
  }

  Result<std::vector<std::string>> list_secrets() override {
    std::vector<std::string> names;
    for (const auto& secret : ORCH_TRY(vault_.list())) names.push_back(secret.name);
    return names;
  }
  Result<std::optional<secrets::SecretInfo>> find_secret(const std::string& name) override {
    return vault_.find(name);
  }
  Status add_secret(const std::string& name, const std::string& value,
                    const std::string& description) override {
    return vault_.add(name, value, description);
  }
  Status update_secret(const std::string& name, const std::string& value) override {
    return vault_.update(name, value, {});
  }
  Status remove_secret(const std::string& name) override { return vault_.remove(name); }
  Result<std::string> secret_value(const std::string& name) override { return vault_.value(name); }

 private:
  static tl::unexpected<Error> no_such(const std::string& name) {
    return fail(ErrorCode::not_found, fmt::format("there is no orchestrator {}", name),
                "`orch list orchestrators` shows what exists");
  }

  // Keeps what is orch's own and not the registration's.
  Status put(const Orchestrator& orchestrator, store::OrchestratorRow row) {
    const auto now = unix_ms(clock_.wall());
    doc::Value secrets = doc::Value::Object{};
    for (const auto& [field, name] : orchestrator.secrets) secrets.set(field, name);
    row.name = orchestrator.name;
    row.registry = kLocal;
    row.environment = orchestrator.environment;
    row.description = orchestrator.description;
    row.config_json = doc::to_json(orchestrator.config);
    row.secrets_json = doc::to_json(secrets);
    if (row.created_ms == 0) row.created_ms = now;
    row.updated_ms = now;
    return store::put_orchestrator(store_, row);
  }

  store::Store& store_;
  secrets::Vault vault_;
  Clock& clock_;
  RegistryTraits traits_;
};

}  // namespace

std::unique_ptr<Registry> local_registry(store::Store& store, const EnvMap& environment,
                                         Clock& clock) {
  return std::make_unique<LocalRegistry>(store, environment, clock);
}

}  // namespace orch::control
