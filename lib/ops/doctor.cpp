#include "ops/doctor.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "control/fiftyone_checks.h"
#include "control/fiftyone_registry.h"
#include "control/local_registry.h"
#include "entrypoint/operators.h"
#include "ops/runs.h"
#include "provider/environment.h"
#include "provider/provider.h"
#include "store/orchestrators.h"

namespace orch::ops {
namespace {

void append(Checks& checks, Checks more) {
  for (Check& check : more) checks.push_back(std::move(check));
}

Checks check_config(const control::Orchestrator& orchestrator) {
  const provider::Environment* environment = provider::find_environment(orchestrator.environment);
  if (environment == nullptr) {
    return {{"config", Verdict::cannot_tell,
             fmt::format("this version of orch does not know the environment {}",
                         printable(orchestrator.environment)),
             "use a newer one"}};
  }
  Checks checks;
  for (const provider::ConfigKey& key : environment->config) {
    if (!key.required || orchestrator.config.find(key.name) != nullptr) continue;
    checks.push_back({"config", Verdict::fail, fmt::format("config.{} is missing", key.name),
                      fmt::format("register it again with one: {}", key.about)});
  }
  for (const provider::SecretField& field : environment->secrets) {
    if (!field.required || orchestrator.secrets.contains(std::string(field.name))) continue;
    checks.push_back({"config", Verdict::fail, fmt::format("the secret {} is missing", field.name),
                      fmt::format("register it again with one: {}", field.about)});
  }
  if (checks.empty()) {
    checks.push_back(
        {"config", Verdict::ok, fmt::format("all that {} needs is there", environment->title)});
  }
  return checks;
}

Checks check_secrets(const control::Orchestrator& orchestrator, control::Registry& registry) {
  Checks checks;
  for (const auto& [field, name] : orchestrator.secrets) {
    const std::string row = "secret." + field;
    const auto info = registry.find_secret(name);
    if (!info) {
      checks.push_back(failed_check(row, info.error()));
    } else if (!*info) {
      checks.push_back({row, Verdict::fail, fmt::format("{} does not exist", printable(name)),
                        fmt::format("register {} again with a value for {}",
                                    printable(orchestrator.name), field)});
    } else {
      checks.push_back({row, Verdict::ok, fmt::format("{} exists", printable(name))});
    }
  }
  return checks;
}

Checks check_local_plugins(const control::Orchestrator& orchestrator) {
  const std::string plugins = orchestrator.config.text("pluginsDir");
  if (plugins.empty()) return {};
  const std::string row = "plugins";
  if (!is_directory(plugins)) {
    return {{row, Verdict::fail, fmt::format("{} is no directory", printable(plugins)),
             "mount it, or correct config.pluginsDir"}};
  }
  if (!entrypoint::has_plugin(plugins)) {
    return {{row, Verdict::warn, fmt::format("{} holds no fiftyone.yml", printable(plugins)),
             "each plugin is a folder with a fiftyone.yml or fiftyone.yaml"}};
  }
  return {{row, Verdict::ok, printable(plugins)}};
}

Checks check_place(const DoctorRequest& request, const control::Orchestrator& orchestrator,
                   const doc::Value& auth) {
  if (orchestrator.environment == "local") return check_local_plugins(orchestrator);
  const provider::Descriptor* provider = provider::find_provider(orchestrator.environment);
  if (provider == nullptr || provider->checks == nullptr) {
    return {{"provider", Verdict::cannot_tell,
             fmt::format("this version of orch does not contact {}",
                         printable(orchestrator.environment)),
             "look there"}};
  }
  auto session = request.session(orchestrator.environment);
  if (!session) return {failed_check("provider", session.error())};
  session->auth = auth;
  return provider->checks(*session, {orchestrator.name, orchestrator.config});
}

Checks check_orchestrator(const DoctorRequest& request, control::Registry& registry,
                          const doc::Value& auth) {
  const std::string& name = request.registry.name;
  const auto found = registry.find(name);
  if (!found) return {failed_check("registration", found.error())};
  const std::string where = registry.traits().where;
  if (!*found) {
    return {{"registration", Verdict::fail,
             fmt::format("{} has no orchestrator {}", where, printable(name)),
             "`orch list orchestrators` shows what exists; `orch register` makes one"}};
  }
  Checks checks = {{"registration", Verdict::ok, fmt::format("{} at {}", printable(name), where)}};
  append(checks, check_config(**found));
  append(checks, check_secrets(**found, registry));
  append(checks, check_place(request, **found, auth));
  return checks;
}

// "local", "fiftyone" or an error; of an existing state database only, nothing is made.
Result<std::string> chosen_registry(const DoctorRequest& request,
                                    std::optional<store::Store>& store, const EnvMap& environment) {
  if (store) return choose_registry(request.registry, *store, environment);
  if (!request.registry.asked.empty()) return request.registry.asked;
  const auto settings =
      ORCH_TRY(control::fiftyone_settings(fiftyone_request(request.registry), environment));
  return std::string(settings.api_uri.empty() ? "local" : "fiftyone");
}

Checks check_fiftyone(const DoctorRequest& request, const EnvMap& environment,
                      const std::string& where, const doc::Value& auth) {
  auto settings =
      control::usable_fiftyone_settings(fiftyone_request(request.registry), environment);
  if (!settings) return {failed_check("fiftyone.address", settings.error())};
  const auto transport = request.transport();
  Checks checks = control::check_fiftyone_api(*settings, *transport);
  const bool reached = checks.back().verdict == Verdict::ok;
  const std::string address = settings->api_uri;
  const auto sdk = std::make_shared<control::PythonSdk>(std::move(*settings), environment,
                                                        request.registry.note);
  Checks of_sdk = control::check_fiftyone_sdk(*sdk, where);
  const bool usable = of_sdk.front().verdict == Verdict::ok;
  append(checks, std::move(of_sdk));
  const std::string& name = request.registry.name;
  if (!name.empty() && reached && usable) {
    append(checks, check_orchestrator(request, *control::fiftyone_registry(sdk, address), auth));
  } else if (!name.empty()) {
    checks.push_back({"registration", Verdict::cannot_tell,
                      fmt::format("FiftyOne could not be asked about {}", printable(name)),
                      "mend the rows above first"});
  }
  append(checks, control::fiftyone_reminders(where));
  return checks;
}

}  // namespace

Checks run_doctor(const DoctorRequest& request, const EnvMap& environment, Clock& clock) {
  Checks checks = check_machine(request.state_directory, environment, clock);
  auto store = store::Store::open_existing(request.state_directory);
  if (!store) return checks;  // a row says so
  const auto registry = chosen_registry(request, *store, environment);
  if (!registry) {
    checks.push_back(failed_check("registry", registry.error()));
    return checks;
  }
  const std::string& name = request.registry.name;
  std::optional<store::OrchestratorRow> row;
  if (*store && !name.empty()) {
    row = store::orchestrator(**store, *registry, name).value_or(std::nullopt);
  }
  const doc::Value auth = row ? auth_of(*row).value_or(doc::Value()) : doc::Value();
  if (*registry == "fiftyone") {
    append(checks, check_fiftyone(request, environment, row ? row->environment : "", auth));
  } else if (!name.empty() && *store) {
    append(checks, check_orchestrator(request,
                                      *control::local_registry(**store, environment, clock), auth));
  } else if (!name.empty()) {
    checks.push_back({"registration", Verdict::fail,
                      fmt::format("this machine has no orchestrator {}", printable(name)),
                      "`orch register` makes one; --registry fiftyone looks there"});
  }
  return checks;
}

}  // namespace orch::ops
