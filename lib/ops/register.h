// `orch register`: an orchestrator's secrets, then its registration by reference, then read back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/orchestrator_spec.h"
#include "control/registry.h"
#include "doc/value.h"
#include "secrets/source.h"
#include "store/store.h"

namespace orch::ops {

struct RegisterRequest {
  control::OrchestratorSpec spec;
  bool replace = false;            // delete and register again where the registry has no update
  bool reuse_existing = false;     // a new secret's name is taken: use what is there
  bool overwrite_secrets = false;  // … or store the new value under it
  bool dry_run = false;            // nobody is asked for values
};

// What will be, or was, done to one thing: "+" made, "~" changed, "-" removed, "=" as it was.
struct Change {
  char mark = '=';
  std::string what;    // "secret CLIENT_SECRET_GPU", "config.jobId", "registration"
  std::string detail;  // "from env:DATABRICKS_CLIENT_SECRET", "\"1\" → \"2\""
};

struct PlannedSecret {
  enum class Action { keep, make, update };
  std::string field;
  std::string name;
  Action action = Action::keep;
  bool is_reference = false;  // the user named it: it must be there
  std::string value;          // make and update, unless it is a dry run
};

struct RegisterPlan {
  control::Orchestrator wanted;
  std::optional<control::Orchestrator> existing;
  std::vector<PlannedSecret> secrets;
  bool registers = false;  // it is not there, or not like this
  bool removes_first = false;
  std::vector<std::string> orphans;  // secrets that an interrupted run made and nobody needs now
  std::string own_json;              // what orch itself must remember
  std::vector<Change> changes;
  std::vector<std::string> warnings;
};

// Looks, decides, changes nothing. Errors before anything is made: not_found (a referenced secret),
// already_exists (a new secret's name is taken), invalid_value (a name that the rule does not
// settle), conflict (a change without an update call, without `replace`), secret_unavailable.
Result<RegisterPlan> plan_register(const RegisterRequest& request, control::Registry& registry,
                                   store::Store& store, const secrets::Reader& reader);

struct RegisterReply {
  control::Orchestrator orchestrator;  // as the registry has it now
  bool changed = false;
  bool resumed = false;  // an earlier, interrupted run was taken up
};

// As a sequence of the store: what this run made is undone when it fails for sure.
Result<RegisterReply> run_register(const RegisterPlan& plan, control::Registry& registry,
                                   store::Store& store, Clock& clock);

doc::Value to_value(const control::Orchestrator& orchestrator);
doc::Value to_value(const std::vector<Change>& changes);

}  // namespace orch::ops
