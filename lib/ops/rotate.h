// `orch rotate-secret`: a new value for a secret that an orchestrator uses.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/registry.h"
#include "provider/credentials.h"
#include "secrets/source.h"
#include "store/store.h"

namespace orch::ops {

// The orchestrators of this registry that name the secret.
Result<std::vector<std::string>> users_of_secret(control::Registry& registry,
                                                 const std::string& secret);

struct RotateRequest {
  control::Orchestrator orchestrator;     // as the registry has it: names are never computed
  std::string field;                      // camelCase or snake_case; empty: the one that is meant
  std::optional<secrets::Source> source;  // nullopt: the provider makes it
  bool dry_run = false;                   // nobody is asked for the value
};

struct RotatePlan {
  std::string field;
  std::string secret;  // its name in the registry
  std::string value;   // empty in a dry run, and when the provider makes it
  bool generates = false;
  bool unchanged = false;           // it has this value already, as far as that can be seen
  std::vector<std::string> shared;  // other orchestrators that use it
};

// usage: which of several secrets is not said; not_found: no such field, or the secret is gone;
// secret_unavailable.
Result<RotatePlan> plan_rotate(const RotateRequest& request, control::Registry& registry,
                               const secrets::Reader& reader);

// What a rotation has beside the registry. All optional.
struct RotateParts {
  provider::Credentials* credentials = nullptr;  // proves values, makes and retires them
  std::function<Status(const std::string& value)> target = {};  // --target
  std::function<bool(Duration)> wait = {};                      // sleeps; false: interrupted
  bool keeps_old = false;
  Duration grace = {};      // before the old one is retired
  std::string old_id = {};  // which one that is; empty: found out
};

struct RotateReply {
  provider::CredentialInfo made;     // of a generated one
  std::vector<std::string> retired;  // ids
  std::vector<std::string> kept;     // why others were not
};

// As a sequence: made, proved, stored, proved again; then, as another one, the old one is retired.
// After an interruption run again: with a given value the same, a generated one is made anew and
// the half-used one deleted; what was left to retire is retired first, and nothing else is done.
Result<RotateReply> run_rotate(const RotatePlan& plan, const std::string& name,
                               const RotateParts& parts, control::Registry& registry,
                               store::Store& store, Clock& clock);

// "fiftyone/gpu/clientSecret": what its sequences are about.
std::string rotate_subject(const control::Registry& registry, const std::string& name,
                           std::string_view field);
// What the last rotation of this subject made, for `status`: its id and when it expires.
Result<std::optional<provider::CredentialInfo>> last_made(const std::string& subject,
                                                          store::Store& store);

}  // namespace orch::ops
