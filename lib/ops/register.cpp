#include "ops/register.h"

#include <fmt/core.h>

#include <set>

#include "base/text.h"
#include "ops/register_steps.h"
#include "store/orchestrators.h"
#include "store/sequence.h"

namespace orch::ops {
namespace {

using store::Found;
using store::Step;

bool is_as_wanted(const control::Orchestrator& found, const control::Orchestrator& wanted) {
  return found.environment == wanted.environment && found.description == wanted.description &&
         found.config == wanted.config && found.secrets == wanted.secrets;
}

// The steps of one run; all it refers to outlives the run.
class Steps {
 public:
  Steps(const RegisterPlan& plan, control::Registry& registry, store::Store& store, Clock& clock)
      : plan_(plan), registry_(registry), store_(store), clock_(clock) {}

  std::vector<Step> all() {
    std::vector<Step> steps;
    if (plan_.removes_first) steps.push_back(remove_registration());
    for (const PlannedSecret& secret : plan_.secrets) {
      if (secret.action == PlannedSecret::Action::make) steps.push_back(make_secret(secret));
      if (secret.action == PlannedSecret::Action::update) steps.push_back(update_secret(secret));
      if (secret.action == PlannedSecret::Action::keep && plan_.removes_first) {
        steps.push_back(still_there(secret));
      }
    }
    if (plan_.registers) steps.push_back(registration());
    for (const std::string& secret : plan_.orphans) steps.push_back(remove_orphan(secret));
    steps.push_back(remember());
    return steps;
  }

 private:
  Step remove_registration() {
    const std::string& name = plan_.wanted.name;
    return {.name = "remove registration " + name,
            .doing = fmt::format("delete the registration of {}", printable(name)),
            .probe = [this, &name]() -> Result<Found> {
              return ORCH_TRY(registry_.find(name)) ? Found::absent : Found::ours;
            },
            .act = [this, &name]() -> Result<doc::Value> {
              ORCH_TRY(registry_.remove(name));
              return doc::Value();
            },
            // Better the old registration than none.
            .undo = [this] { return registry_.add(*plan_.existing); }};
  }

  // Read back where that can be. Elsewhere a secret of this name is ours once this run has sent it;
  // one of an earlier run may hold another value.
  Result<Found> find_secret(const PlannedSecret& secret) {
    if (!ORCH_TRY(registry_.find_secret(secret.name))) return Found::absent;
    if (!registry_.traits().reads_values) {
      return sent_.contains(secret.name) ? Found::ours : Found::other;
    }
    return ORCH_TRY(registry_.secret_value(secret.name)) == secret.value ? Found::ours
                                                                         : Found::other;
  }

  std::string description(const PlannedSecret& secret) const {
    return fmt::format("{} of {}", secret.field, plan_.wanted.name);
  }

  Step make_secret(const PlannedSecret& secret) {
    return {.name = std::string(kMakeSecret) + secret.name,
            .doing = "make secret " + secret.name,
            .probe = [this, &secret] { return find_secret(secret); },
            .act = [this, &secret]() -> Result<doc::Value> {
              sent_.insert(secret.name);
              const bool exists = ORCH_TRY(registry_.find_secret(secret.name)).has_value();
              ORCH_TRY(exists
                           ? registry_.update_secret(secret.name, secret.value)
                           : registry_.add_secret(secret.name, secret.value, description(secret)));
              return doc::Value();
            },
            .undo = [this, &secret] { return registry_.remove_secret(secret.name); }};
  }

  Step update_secret(const PlannedSecret& secret) {
    return {.name = std::string(kUpdateSecret) + secret.name,
            .doing = "store the new value of " + secret.name,
            .probe = [this, &secret]() -> Result<Found> {
              if (!registry_.traits().reads_values) return Found::other;
              return find_secret(secret);
            },
            .act = [this, &secret]() -> Result<doc::Value> {
              ORCH_TRY(registry_.update_secret(secret.name, secret.value));
              return doc::Value();
            }};
  }

  // Whether deleting a registration takes its secrets along is not documented.
  Step still_there(const PlannedSecret& secret) {
    return {.name = std::string(kKeepSecret) + secret.name,
            .doing = "look for secret " + secret.name,
            .probe = []() -> Result<Found> { return Found::absent; },
            .act = [this, &secret]() -> Result<doc::Value> {
              if (ORCH_TRY(registry_.find_secret(secret.name))) return doc::Value();
              if (!secret.value.empty()) {
                ORCH_TRY(registry_.add_secret(secret.name, secret.value, description(secret)));
                return doc::Value();
              }
              return fail(
                  ErrorCode::not_found,
                  fmt::format("{} is gone: deleting the registration took it along", secret.name),
                  fmt::format("register again with a value for {}", secret.field));
            }};
  }

  // Made by an interrupted run whose file named it otherwise.
  Step remove_orphan(const std::string& secret) {
    return {.name = "remove secret " + secret,
            .doing = "delete secret " + secret,
            .probe = [this, &secret]() -> Result<Found> {
              return ORCH_TRY(registry_.find_secret(secret)) ? Found::absent : Found::ours;
            },
            .act = [this, &secret]() -> Result<doc::Value> {
              ORCH_TRY(registry_.remove_secret(secret));
              return doc::Value();
            }};
  }

  Step registration() {
    const control::Orchestrator& wanted = plan_.wanted;
    const bool updates = plan_.existing && !plan_.removes_first;
    Step step{
        .name = "registration " + wanted.name,
        .doing = fmt::format("{} {}", updates ? "update" : "register", printable(wanted.name)),
        .probe = [this, &wanted]() -> Result<Found> {
          const auto found = ORCH_TRY(registry_.find(wanted.name));
          if (!found) return Found::absent;
          return is_as_wanted(*found, wanted) ? Found::ours : Found::other;
        },
        .act = [this, &wanted, updates]() -> Result<doc::Value> {
          ORCH_TRY(updates ? registry_.update(wanted) : registry_.add(wanted));
          return doc::Value();
        }};
    if (!plan_.existing) {
      step.undo = [this, &wanted] { return registry_.remove(wanted.name); };
    }
    return step;
  }

  // What the registry does not keep: how orch signs in, the refresh command, the provision.
  Step remember() {
    return {.name = "remember " + plan_.wanted.name,
            .doing = "write down how orch signs in",
            .probe = [this]() -> Result<Found> {
              const auto row = ORCH_TRY(own_row());
              if (!row) return Found::absent;
              const bool same = row->own_json == plan_.own_json && has_config(*row);
              return same ? Found::ours : Found::other;
            },
            .act = [this]() -> Result<doc::Value> {
              store::OrchestratorRow row = ORCH_TRY(own_row()).value_or(store::OrchestratorRow{});
              row.name = plan_.wanted.name;
              row.registry = registry_.traits().id;
              row.environment = plan_.wanted.environment;
              row.own_json = plan_.own_json;
              if (registry_.traits().id != "local") stamp(row);
              ORCH_TRY(store::put_orchestrator(store_, row));
              return doc::Value();
            }};
  }

  // A copy, so that commands are run without asking FiftyOne where.
  bool has_config(const store::OrchestratorRow& row) const {
    return registry_.traits().id == "local" || row.config_json == doc::to_json(plan_.wanted.config);
  }

  // What is shown and used without asking the registry.
  void stamp(store::OrchestratorRow& row) const {
    row.description = plan_.wanted.description;
    row.config_json = doc::to_json(plan_.wanted.config);
    row.updated_ms = unix_ms(clock_.wall());
    if (row.created_ms == 0) row.created_ms = row.updated_ms;
  }

  Result<std::optional<store::OrchestratorRow>> own_row() {
    return store::orchestrator(store_, registry_.traits().id, plan_.wanted.name);
  }

  const RegisterPlan& plan_;
  control::Registry& registry_;
  store::Store& store_;
  Clock& clock_;
  std::set<std::string> sent_;  // secrets that this run has tried to make
};

}  // namespace

Result<RegisterReply> run_register(const RegisterPlan& plan, control::Registry& registry,
                                   store::Store& store, Clock& clock) {
  const std::string& name = plan.wanted.name;
  store::Sequence sequence(store, std::string(kRegister), register_subject(registry, name), clock);
  Steps steps(plan, registry, store, clock);
  const store::SequenceReport report = ORCH_TRY(sequence.run(steps.all()));
  const auto found = ORCH_TRY(registry.find(name));
  if (!found || !is_as_wanted(*found, plan.wanted)) {
    return fail(
        ErrorCode::not_confirmed,
        fmt::format("{} took the registration of {}, but {}", registry.traits().where,
                    printable(name), found ? "shows other settings" : "does not show it"),
        fmt::format("look with `orch describe orchestrator/{}`, then run this again", name));
  }
  return RegisterReply{*found, report.changed, report.resumed};
}

doc::Value to_value(const control::Orchestrator& orchestrator) {
  doc::Value value = doc::Value::Object{};
  value.set("name", orchestrator.name);
  value.set("environment", orchestrator.environment);
  value.set("description", orchestrator.description);
  value.set("config", orchestrator.config);
  doc::Value secrets = doc::Value::Object{};
  for (const auto& [field, secret] : orchestrator.secrets) secrets.set(field, secret);
  value.set("secrets", std::move(secrets));
  doc::Value::Array operators;
  for (const std::string& uri : orchestrator.operators) operators.emplace_back(uri);
  value.set("operators", std::move(operators));
  const auto time = [](std::int64_t ms) {
    return ms == 0 ? doc::Value() : doc::Value(rfc3339(from_unix_ms(ms)));
  };
  value.set("created", time(orchestrator.created_ms));
  value.set("updated", time(orchestrator.updated_ms));
  return value;
}

doc::Value to_value(const std::vector<Change>& changes) {
  doc::Value::Array lines;
  for (const Change& change : changes) {
    doc::Value line = doc::Value::Object{};
    line.set("mark", std::string(1, change.mark));
    line.set("what", change.what);
    line.set("detail", change.detail);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace orch::ops
