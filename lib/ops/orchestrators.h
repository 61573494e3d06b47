// What `list orchestrators`, `status` and `delete` do with orchestrators.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/registry.h"
#include "doc/value.h"
#include "store/runs.h"
#include "store/store.h"

namespace orch::ops {

// A row of a list: name, environment, registry, operators (their number), updated, description.
doc::Value to_row(const control::Orchestrator& orchestrator, std::string_view registry);
// Those in the state database, of one registry or (empty) of all; nothing is asked elsewhere.
Result<doc::Value::Array> known_orchestrators(store::Store& store, std::string_view registry);

// The registration, its secrets by name and age, its operators, sequences that are half done.
Result<doc::Value> orchestrator_status(const control::Orchestrator& orchestrator,
                                       control::Registry& registry, store::Store& store,
                                       Clock& clock);
// The provider's newest run of it, as "last_run" of the status; what cannot be seen is said there.
void add_last_run(doc::Value& status, const Result<std::vector<store::RunRow>>& runs);
std::string status_text(const doc::Value& status);

struct DeletePlan {
  std::vector<std::string> secrets;  // deleted, too
  std::vector<std::string> kept;     // why others are not, for people
};
// A secret goes with `delete_secrets`, unless another orchestrator of the registry names it.
Result<DeletePlan> plan_delete(const control::Orchestrator& orchestrator,
                               control::Registry& registry, bool delete_secrets);
// What an interrupted delete of this name still has to do; nullopt: there was none.
Result<std::optional<DeletePlan>> interrupted_delete(const std::string& name,
                                                     control::Registry& registry,
                                                     store::Store& store);
// As a sequence: the registration first, then its secrets; run again after an interruption.
Status delete_orchestrator(const std::string& name, const DeletePlan& plan,
                           control::Registry& registry, store::Store& store, Clock& clock);

}  // namespace orch::ops
