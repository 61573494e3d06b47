#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "ops/register.h"
#include "ops/register_steps.h"
#include "provider/environment.h"
#include "secrets/naming.h"
#include "store/sequence.h"

namespace orch::ops {
namespace {

using Action = PlannedSecret::Action;

Error missing_secret(const std::string& field, const std::string& name,
                     const std::vector<std::string>& known, const control::Registry& registry) {
  Error error;
  error.code = ErrorCode::not_found;
  const auto meant = nearest(name, known);
  error.message =
      fmt::format("secrets.{}: {} has no secret {}{}", field, registry.traits().where,
                  printable(name), meant ? fmt::format("; did you mean {}?", *meant) : "");
  error.hint =
      "`orch list secrets` shows their names; a value comes from {env: VAR} or {file: PATH}";
  return error;
}

// Of an interrupted run of the same registration.
struct Begun {
  std::set<std::string> made;  // it has made them, or may have
  std::set<std::string> used;  // the registration that it replaces used them
};

// The whole decision about one secret field.
class SecretPlanner {
 public:
  SecretPlanner(const RegisterRequest& request, control::Registry& registry,
                const secrets::Reader& reader, const Begun& begun, RegisterPlan& plan)
      : request_(request), registry_(registry), reader_(reader), begun_(begun), plan_(plan) {}

  Status add(const std::string& field, const secrets::Source& source) {
    using From = secrets::Source::From;
    if (source.from == From::ref) return refer(field, source.text, true);
    if (source.from == From::text) {
      if (ORCH_TRY(known(source.text))) return refer(field, source.text, false);
      if (secrets::is_secret_name(source.text)) {
        plan_.warnings.push_back(fmt::format(
            "secrets.{}: {} is no secret's name, so it is taken for a value; write {{ref: …}} for "
            "a secret that exists",
            field, source.text));
      }
    }
    return bring(field, source);
  }

 private:
  Result<bool> known(const std::string& name) {
    return ORCH_TRY(registry_.find_secret(name)).has_value();
  }

  Status refer(const std::string& field, const std::string& name, bool must_look) {
    if (must_look && !ORCH_TRY(known(name))) {
      return fail(missing_secret(field, name, ORCH_TRY(registry_.list_secrets()), registry_));
    }
    plan_.secrets.push_back({field, name, Action::keep, true, {}});
    note('=', field, name, "exists");
    return {};
  }

  Result<std::string> name_for(const std::string& field) {
    if (const auto given = request_.spec.secret_names.find(field);
        given != request_.spec.secret_names.end()) {
      return given->second;
    }
    // What the registration says beats what the rule would say.
    if (plan_.existing) {
      const auto named = plan_.existing->secrets.find(field);
      if (named != plan_.existing->secrets.end()) return named->second;
    }
    const std::string& id = request_.spec.name;
    std::string name = secrets::secret_name(field, id);
    const bool settled = registry_.traits().id != "fiftyone" || secrets::is_certain(id);
    if (settled && secrets::is_secret_name(name)) return name;
    return fail(uncertain_names());
  }

  // All of them at once: each must be chosen.
  Error uncertain_names() const {
    const std::string& id = request_.spec.name;
    Error error;
    error.code = ErrorCode::invalid_value;
    error.message =
        fmt::format("how the secrets of {} will be named is not certain", printable(id));
    for (const auto& [field, source] : request_.spec.secrets) {
      if (!secrets::is_value(source) || request_.spec.secret_names.contains(field)) continue;
      const std::string name = secrets::secret_name(field, id);
      error.details.push_back(secrets::is_secret_name(name)
                                  ? fmt::format("{}: perhaps {}", field, name)
                                  : fmt::format("{}: no name can be made", field));
    }
    error.hint =
        "choose each with --secret-name FIELD=NAME, or use an id of letters, digits and single "
        "hyphens";
    return error;
  }

  Status bring(const std::string& field, const secrets::Source& source) {
    std::string name = ORCH_TRY(name_for(field));
    for (const PlannedSecret& other : plan_.secrets) {
      if (other.name != name) continue;
      return fail(ErrorCode::invalid_value,
                  fmt::format("{} and {} would both be stored as {}", other.field, field, name),
                  fmt::format("give one of them another name: --secret-name {}=NAME", field));
    }
    const bool exists = ORCH_TRY(known(name));
    const bool begun = begun_.made.contains(name);
    const bool ours = begun || begun_.used.contains(name) ||
                      (plan_.existing && is_named(*plan_.existing, field, name));
    if (exists && !ours && !request_.reuse_existing && !request_.overwrite_secrets) {
      return fail(ErrorCode::already_exists,
                  fmt::format("{} has a secret {} already, and {} does not use it",
                              registry_.traits().where, name, printable(request_.spec.name)),
                  fmt::format("--reuse-existing takes it as it is, --overwrite-secrets stores the "
                              "new value in it, --secret-name {}=NAME chooses another name",
                              field));
    }
    PlannedSecret secret{field, name, Action::make, false, {}};
    if (exists && !begun) ORCH_TRY(settle_existing(secret, ours, source));
    const bool needs_value = secret.action != Action::keep || plan_.removes_first;
    if (needs_value && secret.value.empty() && !request_.dry_run) {
      secret.value = ORCH_TRY(secrets::read_value(field, source, reader_));
    }
    const std::string from = "from " + secrets::show(source);
    if (secret.action == Action::make) note('+', field, name, from);
    if (secret.action == Action::update) note('~', field, name, from);
    if (secret.action == Action::keep) note('=', field, name, kept_);
    plan_.secrets.push_back(std::move(secret));
    return {};
  }

  static bool is_named(const control::Orchestrator& orchestrator, const std::string& field,
                       const std::string& name) {
    const auto found = orchestrator.secrets.find(field);
    return found != orchestrator.secrets.end() && found->second == name;
  }

  // A registry that cannot be read back keeps its value unless told otherwise.
  Status settle_existing(PlannedSecret& secret, bool ours, const secrets::Source& source) {
    using From = secrets::Source::From;
    secret.action = request_.overwrite_secrets ? Action::update : Action::keep;
    kept_ = "exists";
    const bool must_ask = source.from == From::prompt || source.from == From::standard_input;
    if (request_.overwrite_secrets || !ours) return {};
    if (!registry_.traits().reads_values) {
      kept_ = "kept; its value cannot be compared (--overwrite-secrets stores it again)";
      return {};
    }
    if (request_.dry_run && must_ask) return {};
    secret.value = ORCH_TRY(secrets::read_value(secret.field, source, reader_));
    if (ORCH_TRY(registry_.secret_value(secret.name)) != secret.value) {
      secret.action = Action::update;
    }
    return {};
  }

  void note(char mark, const std::string& field, const std::string& name, std::string detail) {
    plan_.changes.push_back(
        {mark, fmt::format("secret {} ({})", printable(name), field), std::move(detail)});
  }

  const RegisterRequest& request_;
  control::Registry& registry_;
  const secrets::Reader& reader_;
  const Begun& begun_;
  RegisterPlan& plan_;
  std::string kept_;
};

std::string shown(const doc::Value& value) { return doc::to_json(value); }

void compare_config(const doc::Value& before, const doc::Value& after,
                    std::vector<Change>& changes) {
  for (const auto& [key, value] : *after.object()) {
    const doc::Value* old = before.find(key);
    const std::string what = "config." + printable(key);
    if (!old) {
      changes.push_back({'+', what, shown(value)});
    } else if (!(*old == value)) {
      changes.push_back({'~', what, fmt::format("{} → {}", shown(*old), shown(value))});
    }
  }
  if (!before.object()) return;
  for (const auto& [key, value] : *before.object()) {
    if (!after.find(key)) changes.push_back({'-', "config." + printable(key), shown(value)});
  }
}

std::vector<Change> compare(const control::Orchestrator& before,
                            const control::Orchestrator& after) {
  std::vector<Change> changes;
  if (before.description != after.description) {
    changes.push_back(
        {'~', "description",
         fmt::format("{} → {}", shown(before.description), shown(after.description))});
  }
  compare_config(before.config, after.config, changes);
  for (const auto& [field, name] : after.secrets) {
    const auto old = before.secrets.find(field);
    if (old == before.secrets.end()) {
      changes.push_back({'+', "secrets." + field, name});
    } else if (old->second != name) {
      changes.push_back({'~', "secrets." + field, fmt::format("{} → {}", old->second, name)});
    }
  }
  for (const auto& [field, name] : before.secrets) {
    if (!after.secrets.contains(field)) changes.push_back({'-', "secrets." + field, name});
  }
  return changes;
}

std::string own_part(const control::OrchestratorSpec& spec) {
  doc::Value own = doc::Value::Object{};
  if (!spec.auth.is_null()) own.set("auth", spec.auth);
  if (!spec.refresh_command.empty()) own.set("refresh_command", spec.refresh_command);
  return doc::to_json(own);
}

Status check_existing(const RegisterRequest& request, const control::Registry& registry,
                      const RegisterPlan& plan) {
  if (!plan.existing || plan.existing->environment == request.spec.environment) return {};
  if (request.replace) return {};
  return fail(
      ErrorCode::conflict,
      fmt::format("{} is registered at {} for {}, not {}", printable(request.spec.name),
                  registry.traits().where, plan.existing->environment, request.spec.environment),
      "choose another name, or --replace deletes it and registers it again");
}

// What the open sequence of an earlier run says about secrets.
Result<Begun> begun_secrets(store::Store& store, const std::string& subject) {
  Begun begun;
  const auto row = ORCH_TRY(store::find_sequence(store, kRegister, subject));
  if (!row || row->state != store::SequenceState::open) return begun;
  for (const store::StepRecord& step : row->steps) {
    const bool acted =
        step.state == store::StepState::started || step.state == store::StepState::done;
    if (acted && step.name.starts_with(kMakeSecret)) {
      begun.made.insert(step.name.substr(kMakeSecret.size()));
    }
    for (const std::string_view used : {kUpdateSecret, kKeepSecret}) {
      if (step.name.starts_with(used)) begun.used.insert(step.name.substr(used.size()));
    }
  }
  return begun;
}

}  // namespace

Result<RegisterPlan> plan_register(const RegisterRequest& request, control::Registry& registry,
                                   store::Store& store, const secrets::Reader& reader) {
  const control::OrchestratorSpec& spec = request.spec;
  RegisterPlan plan;
  plan.existing = ORCH_TRY(registry.find(spec.name));
  ORCH_TRY(check_existing(request, registry, plan));
  plan.wanted.name = spec.name;
  plan.wanted.description = spec.description;
  plan.wanted.environment = spec.environment;
  plan.wanted.config = spec.config;
  plan.own_json = own_part(spec);
  const bool moves = plan.existing && plan.existing->environment != spec.environment;
  plan.removes_first = request.replace && plan.existing && (moves || !registry.traits().updates);
  const auto begun = ORCH_TRY(begun_secrets(store, register_subject(registry, spec.name)));
  SecretPlanner planner(request, registry, reader, begun, plan);
  for (const auto& [field, source] : spec.secrets) ORCH_TRY(planner.add(field, source));
  for (const PlannedSecret& secret : plan.secrets) plan.wanted.secrets[secret.field] = secret.name;
  for (const std::string& name : begun.made) {
    const bool wanted = std::any_of(plan.secrets.begin(), plan.secrets.end(),
                                    [&](const PlannedSecret& one) { return one.name == name; });
    if (wanted) continue;
    plan.orphans.push_back(name);
    plan.changes.push_back({'-', "secret " + name, "made by a run that was interrupted"});
  }

  std::vector<Change> differences;
  if (plan.existing) differences = compare(*plan.existing, plan.wanted);
  plan.registers = !plan.existing || moves || !differences.empty();
  plan.removes_first = plan.removes_first && plan.registers;
  if (plan.existing && plan.registers && !registry.traits().updates && !request.replace) {
    Error error;
    error.code = ErrorCode::conflict;
    error.message = fmt::format(
        "{} is registered with other settings, and {} has no way to change "
        "them",
        printable(spec.name), registry.traits().where);
    error.hint =
        "--replace deletes it and registers it again; its operators are known again after "
        "`orch refresh`";
    for (const Change& one : differences) {
      error.details.push_back(fmt::format("{} {}: {}", one.mark, one.what, one.detail));
    }
    return fail(std::move(error));
  }
  plan.changes.push_back({!plan.existing   ? '+'
                          : plan.registers ? '~'
                                           : '=',
                          fmt::format("registration {}", printable(spec.name)),
                          fmt::format("{} at {}", spec.environment, registry.traits().where)});
  plan.changes.insert(plan.changes.end(), differences.begin(), differences.end());
  return plan;
}

}  // namespace orch::ops
