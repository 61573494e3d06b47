// The provider's resources of an orchestrator, for `register` and `delete --resources`.
#pragma once

#include <string>
#include <vector>

#include "cli/invocation.h"
#include "control/registry.h"
#include "http/api.h"
#include "ops/provision.h"
#include "store/store.h"

namespace orch::commands {

struct Provisioned {
  std::vector<ops::Change> changes;
  std::vector<http::Request> requests;  // of a dry run: what would be sent
};

// Makes or changes what `provision:` says (in a dry run only looks) and fills its ids into
// spec.config.
Result<Provisioned> provision(cli::Invocation& run, control::OrchestratorSpec& spec,
                              control::Registry& registry, store::Store& store);

// "POST https://…/api/2.2/jobs/create {…}" without credentials.
std::string request_line(const http::Request& request);

// For people: "job 7, pool x", empty when orch has made nothing.
Result<std::string> made_resources_text(const std::string& name, control::Registry& registry,
                                        store::Store& store);
Status take_down_resources(cli::Invocation& run, const std::string& name,
                           control::Registry& registry, store::Store& store);

}  // namespace orch::commands
