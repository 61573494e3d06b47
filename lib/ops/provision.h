// The resources of an orchestrator at its provider: shown, made or changed, taken down.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "doc/value.h"
#include "ops/register.h"
#include "provider/provider.h"
#include "store/store.h"

namespace orch::ops {

// The provider's part of `orch register`. unsupported: it makes no resources.
Result<std::unique_ptr<provider::Provision>> open_provision(const control::OrchestratorSpec& spec,
                                                            const provider::Session& session,
                                                            provider::ProvisionRequest request);

struct ProvisionReply {
  std::vector<Change> changes;
  bool changed = false;
  doc::Value config;  // for the registration
};

// Looks only, and lets the provider make its requests to a transport that sends none of them.
Result<ProvisionReply> preview_provision(provider::Provision& provision);

// As a sequence under this subject: what was made before an interruption is found again. Nothing is
// undone when a step fails: the next run goes on from there.
Result<ProvisionReply> run_provision(provider::Provision& provision, const std::string& subject,
                                     store::Store& store, Clock& clock);

// Handles of what orch itself has made under the subject, in the order in which it was made.
Result<doc::Value::Array> made_resources(const std::string& subject, store::Store& store);
// Takes them down, the last one first; run again after an interruption.
Status take_down_resources(const doc::Value::Array& handles, const provider::Descriptor& provider,
                           const provider::Session& session, const std::string& subject,
                           store::Store& store, Clock& clock);

}  // namespace orch::ops
