// `orch rotate-secret`: a new value for a secret that an orchestrator uses.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/registry.h"
#include "secrets/source.h"
#include "store/store.h"

namespace orch::ops {

struct RotateRequest {
  control::Orchestrator orchestrator;  // as the registry has it: names are never computed
  std::string field;                   // camelCase or snake_case; empty: the one that is meant
  secrets::Source source;
  bool dry_run = false;  // nobody is asked for the value
};

struct RotatePlan {
  std::string field;
  std::string secret;               // its name in the registry
  std::string value;                // empty in a dry run
  bool unchanged = false;           // it has this value already, as far as that can be seen
  std::vector<std::string> shared;  // other orchestrators that use it
};

// usage: which of several secrets is not said; not_found: no such field, or the secret is gone;
// secret_unavailable.
Result<RotatePlan> plan_rotate(const RotateRequest& request, control::Registry& registry,
                               const secrets::Reader& reader);

// As a sequence: after an interruption run again with the same value.
Status run_rotate(const RotatePlan& plan, const std::string& name, control::Registry& registry,
                  store::Store& store, Clock& clock);

}  // namespace orch::ops
