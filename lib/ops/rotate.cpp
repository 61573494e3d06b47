#include "ops/rotate.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "provider/environment.h"
#include "secrets/naming.h"

namespace orch::ops {
namespace {

std::vector<std::string> fields_of(const control::Orchestrator& orchestrator) {
  std::vector<std::string> fields;
  for (const auto& [field, secret] : orchestrator.secrets) fields.push_back(field);
  return fields;
}

// The field that is meant without --key: the only one, else the one that ends by itself.
Result<std::string> choose_field(const RotateRequest& request) {
  const control::Orchestrator& orchestrator = request.orchestrator;
  const std::vector<std::string> fields = fields_of(orchestrator);
  if (fields.empty()) {
    return fail(ErrorCode::not_found,
                fmt::format("{} has no secrets", printable(orchestrator.name)),
                "there is nothing to rotate");
  }
  if (!request.field.empty()) {
    const std::string field = secrets::camel_case(request.field);
    if (orchestrator.secrets.contains(field)) return field;
    const auto meant = nearest(field, fields);
    return fail(
        ErrorCode::not_found,
        fmt::format("{} has no secret {}{}", printable(orchestrator.name), printable(request.field),
                    meant ? fmt::format("; did you mean {}?", *meant) : ""),
        "it has " + join(fields, ", "));
  }
  if (fields.size() == 1) return fields.front();
  const provider::Environment* environment = provider::find_environment(orchestrator.environment);
  const std::string usual(environment != nullptr ? environment->rotated : "");
  if (orchestrator.secrets.contains(usual)) return usual;
  return fail(ErrorCode::usage,
              fmt::format("which secret of {} is not said", printable(orchestrator.name)),
              "give --key: " + join(fields, ", "));
}

}  // namespace

Result<std::vector<std::string>> users_of_secret(control::Registry& registry,
                                                 const std::string& secret) {
  std::vector<std::string> users;
  for (const std::string& name : ORCH_TRY(registry.list())) {
    const auto found = ORCH_TRY(registry.find(name));
    if (!found) continue;
    const bool uses = std::any_of(found->secrets.begin(), found->secrets.end(),
                                  [&](const auto& one) { return one.second == secret; });
    if (uses) users.push_back(name);
  }
  return users;
}

Result<RotatePlan> plan_rotate(const RotateRequest& request, control::Registry& registry,
                               const secrets::Reader& reader) {
  RotatePlan plan;
  plan.field = ORCH_TRY(choose_field(request));
  plan.secret = request.orchestrator.secrets.at(plan.field);
  if (!ORCH_TRY(registry.find_secret(plan.secret))) {
    return fail(ErrorCode::not_found,
                fmt::format("the secret {} is gone from {}", plan.secret, registry.traits().where),
                "register the orchestrator again with a value for it");
  }
  plan.shared = ORCH_TRY(users_of_secret(registry, plan.secret));
  std::erase(plan.shared, request.orchestrator.name);
  plan.generates = !request.source;
  if (request.dry_run || plan.generates) return plan;
  plan.value = ORCH_TRY(secrets::read_value(plan.field, *request.source, reader));
  if (registry.traits().reads_values) {
    plan.unchanged = ORCH_TRY(registry.secret_value(plan.secret)) == plan.value;
  }
  return plan;
}

}  // namespace orch::ops
