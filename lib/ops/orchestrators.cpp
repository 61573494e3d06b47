#include "ops/orchestrators.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "ops/register_steps.h"
#include "ops/rotate.h"
#include "ops/runs.h"
#include "store/orchestrators.h"
#include "store/sequence.h"

namespace orch::ops {
namespace {

using store::Found;
using store::Step;

constexpr std::string_view kDelete = "delete";
constexpr std::string_view kRemoveSecret = "remove secret ";

doc::Value time_of(std::int64_t ms) {
  return ms == 0 ? doc::Value() : doc::Value(rfc3339(from_unix_ms(ms)));
}

std::size_t count_in(const std::string& json) {
  const auto list = doc::parse_json(json.empty() ? "[]" : json, "the state database");
  return list && list->array() != nullptr ? list->array()->size() : 0;
}

// "3 days", for an age; empty when the time is not known.
std::string age(std::int64_t since_ms, Clock& clock) {
  if (since_ms == 0) return {};
  const auto now = unix_ms(clock.wall());
  const std::int64_t hours = std::max<std::int64_t>(0, now - since_ms) / 3'600'000;
  constexpr std::int64_t kDay = 24;
  return hours < 2 * kDay ? fmt::format("{} h", hours) : fmt::format("{} days", hours / kDay);
}

Result<doc::Value::Array> secret_rows(const control::Orchestrator& orchestrator,
                                      control::Registry& registry, store::Store& store,
                                      Clock& clock) {
  doc::Value::Array rows;
  for (const auto& [field, name] : orchestrator.secrets) {
    const auto info = ORCH_TRY(registry.find_secret(name));
    const std::int64_t stored = info ? std::max(info->created_ms, info->updated_ms) : 0;
    doc::Value row;
    row.set("field", field);
    row.set("name", name);
    row.set("exists", info.has_value());
    row.set("stored", time_of(stored));
    row.set("age", info ? age(stored, clock) : std::string());
    const auto made =
        ORCH_TRY(last_made(rotate_subject(registry, orchestrator.name, field), store));
    if (made && !made->expires.empty()) row.set("expires", made->expires);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string due(const doc::Value& secret) {
  const std::string expires = secret.text("expires");
  return expires.empty() ? std::string() : ", expires " + printable(expires);
}

Result<doc::Value::Array> open_rows(const std::string& subject, store::Store& store) {
  doc::Value::Array rows;
  for (const store::SequenceRow& sequence : ORCH_TRY(store::open_sequences(store))) {
    // Also of one of its secrets: "fiftyone/gpu/clientSecret".
    if (sequence.subject != subject && !sequence.subject.starts_with(subject + "/")) continue;
    const auto reached =
        std::find_if(sequence.steps.begin(), sequence.steps.end(), [](const auto& step) {
          return step.state != store::StepState::done && step.state != store::StepState::unchanged;
        });
    doc::Value row;
    row.set("kind", sequence.kind);
    row.set("reached", reached == sequence.steps.end() ? std::string() : reached->doing);
    row.set("since", time_of(sequence.created_ms));
    rows.push_back(std::move(row));
  }
  return rows;
}

Step remove_registration(const std::string& name, control::Registry& registry) {
  return {.name = "remove registration " + name,
          .doing = fmt::format("delete the registration of {}", printable(name)),
          .probe = [&registry, &name]() -> Result<Found> {
            return ORCH_TRY(registry.find(name)) ? Found::absent : Found::ours;
          },
          .act = [&registry, &name]() -> Result<doc::Value> {
            ORCH_TRY(registry.remove(name));
            return doc::Value();
          }};
}

Step remove_secret(const std::string& secret, control::Registry& registry) {
  return {.name = std::string(kRemoveSecret) + secret,
          .doing = "delete secret " + secret,
          .probe = [&registry, &secret]() -> Result<Found> {
            return ORCH_TRY(registry.find_secret(secret)) ? Found::absent : Found::ours;
          },
          .act = [&registry, &secret]() -> Result<doc::Value> {
            ORCH_TRY(registry.remove_secret(secret));
            return doc::Value();
          }};
}

}  // namespace

doc::Value to_row(const control::Orchestrator& orchestrator, std::string_view registry) {
  doc::Value row;
  row.set("name", orchestrator.name);
  row.set("environment", orchestrator.environment);
  row.set("registry", registry);
  row.set("operators", std::uint64_t{orchestrator.operators.size()});
  row.set("updated", time_of(orchestrator.updated_ms));
  row.set("description", orchestrator.description);
  return row;
}

Result<doc::Value::Array> known_orchestrators(store::Store& store, std::string_view registry) {
  doc::Value::Array rows;
  for (const store::OrchestratorRow& known : ORCH_TRY(store::orchestrators(store))) {
    if (!registry.empty() && known.registry != registry) continue;
    doc::Value row;
    row.set("name", known.name);
    row.set("environment", known.environment);
    row.set("registry", known.registry);
    // With FiftyOne the operators are only known there.
    row.set("operators", known.registry == "local"
                             ? doc::Value(std::uint64_t{count_in(known.operators_json)})
                             : doc::Value());
    row.set("updated", time_of(std::max(known.updated_ms, known.refreshed_ms)));
    row.set("description", known.description);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<doc::Value> orchestrator_status(const control::Orchestrator& orchestrator,
                                       control::Registry& registry, store::Store& store,
                                       Clock& clock) {
  doc::Value status = to_row(orchestrator, registry.traits().id);
  status.set("at", registry.traits().where);
  doc::Value::Array operators(orchestrator.operators.begin(), orchestrator.operators.end());
  status.set("operators", std::move(operators));
  status.set("secrets", ORCH_TRY(secret_rows(orchestrator, registry, store, clock)));
  status.set("open", ORCH_TRY(open_rows(register_subject(registry, orchestrator.name), store)));
  return status;
}

void add_last_run(doc::Value& status, const Result<std::vector<store::RunRow>>& runs) {
  doc::Value last;
  if (!runs) {
    last.set("unknown", runs.error().message);
    last.set("hint", runs.error().next());
  } else if (!runs->empty()) {
    last = to_value(runs->front());
  }
  status.set("last_run", std::move(last));
}

std::string status_text(const doc::Value& status) {
  std::string text = fmt::format("{} ({}) at {}\n", printable(status.text("name")),
                                 status.text("environment"), status.text("at"));
  const std::string updated = status.text("updated");
  text += fmt::format("updated    {}\n", updated.empty() ? "not known" : updated);
  const auto& operators = status.list("operators");
  text += fmt::format("operators  {}\n", operators.size());
  for (const doc::Value& uri : operators) text += fmt::format("  {}\n", printable(*uri.string()));
  if (const doc::Value* last = status.find("last_run"); last != nullptr) {
    if (last->is_null()) text += "last run   none\n";
    if (!last->text("id").empty()) {
      text += fmt::format("last run   run/{} {}, {}: {}\n", last->text("id"), last->text("state"),
                          last->text("started_at"), printable(last->text("command")));
    }
    if (!last->text("unknown").empty()) {
      text += fmt::format("last run   not known: {}\n           {}\n", last->text("unknown"),
                          last->text("hint"));
    }
  }
  const auto& secrets = status.list("secrets");
  text += fmt::format("secrets    {}\n", secrets.size());
  for (const doc::Value& secret : secrets) {
    const std::string how_old = secret.text("age");
    const bool exists = *secret.find("exists")->boolean();
    text += fmt::format("  {}: {}{}\n", secret.text("field"), secret.text("name"),
                        !exists           ? " (MISSING: store it again, or register anew)"
                        : how_old.empty() ? ""
                                          : fmt::format(" ({} old{})", how_old, due(secret)));
  }
  for (const doc::Value& open : status.list("open")) {
    text += fmt::format("half done  {} since {}: could not {}; run it again\n", open.text("kind"),
                        open.text("since"), open.text("reached"));
  }
  return text;
}

Result<DeletePlan> plan_delete(const control::Orchestrator& orchestrator,
                               control::Registry& registry, bool delete_secrets) {
  DeletePlan plan;
  if (!delete_secrets) {
    if (!orchestrator.secrets.empty())
      plan.kept.emplace_back("its secrets stay; --delete-secrets deletes them, too");
    return plan;
  }
  std::map<std::string, std::string> used;  // secret → another orchestrator
  for (const std::string& name : ORCH_TRY(registry.list())) {
    if (name == orchestrator.name) continue;
    const auto other = ORCH_TRY(registry.find(name));
    if (!other) continue;
    for (const auto& [field, secret] : other->secrets) used.emplace(secret, name);
  }
  std::set<std::string> secrets;
  for (const auto& [field, secret] : orchestrator.secrets) {
    const auto user = used.find(secret);
    if (user != used.end()) {
      plan.kept.push_back(
          fmt::format("the secret {} stays: {} uses it, too", secret, printable(user->second)));
    } else {
      secrets.insert(secret);
    }
  }
  plan.secrets.assign(secrets.begin(), secrets.end());
  return plan;
}

Result<std::optional<DeletePlan>> interrupted_delete(const std::string& name,
                                                     control::Registry& registry,
                                                     store::Store& store) {
  const auto row = ORCH_TRY(store::find_sequence(store, kDelete, register_subject(registry, name)));
  if (!row || row->state != store::SequenceState::open) return std::nullopt;
  DeletePlan plan;
  for (const store::StepRecord& step : row->steps) {
    if (step.name.starts_with(kRemoveSecret)) {
      plan.secrets.push_back(step.name.substr(kRemoveSecret.size()));
    }
  }
  return plan;
}

Status delete_orchestrator(const std::string& name, const DeletePlan& plan,
                           control::Registry& registry, store::Store& store, Clock& clock) {
  const std::string_view id = registry.traits().id;
  std::vector<Step> steps = {remove_registration(name, registry)};
  for (const std::string& secret : plan.secrets) steps.push_back(remove_secret(secret, registry));
  steps.push_back({.name = "forget " + name,
                   .doing = fmt::format("forget {}", printable(name)),
                   .probe = [&]() -> Result<Found> {
                     return ORCH_TRY(store::orchestrator(store, id, name)) ? Found::absent
                                                                           : Found::ours;
                   },
                   .act = [&]() -> Result<doc::Value> {
                     ORCH_TRY(store::remove_orchestrator(store, id, name));
                     return doc::Value();
                   }});
  store::Sequence sequence(store, std::string(kDelete), register_subject(registry, name), clock);
  ORCH_TRY(sequence.run(steps));
  return {};
}

}  // namespace orch::ops
