#include "ops/registries.h"

#include <fmt/core.h>

#include "base/text.h"
#include "control/fiftyone_registry.h"
#include "control/fiftyone_settings.h"
#include "control/local_registry.h"
#include "provider/environment.h"
#include "store/orchestrators.h"

namespace orch::ops {
namespace {

// Where this machine remembers the name; empty: nowhere.
Result<std::string> remembered(const std::string& name, store::Store& store) {
  if (name.empty()) return std::string();
  const bool local = ORCH_TRY(store::orchestrator(store, "local", name)).has_value();
  const bool fiftyone = ORCH_TRY(store::orchestrator(store, "fiftyone", name)).has_value();
  if (local && fiftyone) {
    return fail(ErrorCode::ambiguous_name,
                fmt::format("{} is registered here and with FiftyOne", printable(name)),
                "say which: --registry local or --registry fiftyone");
  }
  return std::string(local ? "local" : fiftyone ? "fiftyone" : "");
}

}  // namespace

control::FiftyOneRequest fiftyone_request(const RegistryRequest& request) {
  return {request.api_uri, request.python, request.allow_insecure_http};
}

Result<std::string> choose_registry(const RegistryRequest& request, store::Store& store,
                                    const EnvMap& environment) {
  const provider::Environment* where = provider::find_environment(request.environment);
  const bool fits = where == nullptr || where->in_fiftyone;
  if (request.asked == "fiftyone" && !fits) {
    return fail(ErrorCode::usage,
                fmt::format("FiftyOne has no environment {}", request.environment),
                "leave the registry out, or say --registry local");
  }
  if (!request.asked.empty()) return request.asked;
  if (auto known = ORCH_TRY(remembered(request.name, store)); !known.empty()) return known;
  if (!fits) return std::string("local");
  const auto settings =
      ORCH_TRY(control::fiftyone_settings(fiftyone_request(request), environment));
  return std::string(settings.api_uri.empty() ? "local" : "fiftyone");
}

Result<std::unique_ptr<control::Registry>> open_registry(const RegistryRequest& request,
                                                         store::Store& store,
                                                         const EnvMap& environment, Clock& clock) {
  const std::string chosen = ORCH_TRY(choose_registry(request, store, environment));
  if (chosen == "local") return control::local_registry(store, environment, clock);
  control::FiftyOneSettings settings =
      ORCH_TRY(control::usable_fiftyone_settings(fiftyone_request(request), environment));
  if (request.warn) {
    for (const std::string& warning : settings.warnings) request.warn(warning);
  }
  const std::string address = settings.api_uri;
  return control::fiftyone_registry(
      std::make_shared<control::PythonSdk>(std::move(settings), environment, request.note),
      address);
}

}  // namespace orch::ops
