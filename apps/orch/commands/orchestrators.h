// Orchestrators beside jobs: `describe`, `delete` and `status` take the name of either.
#pragma once

#include <string>
#include <string_view>

#include "cli/invocation.h"

namespace orch::commands {

// The word means an orchestrator: it says so (orchestrator/NAME), or --registry is there, or this
// machine knows an orchestrator of that name and no job. ambiguous_name when it knows both.
Result<bool> means_orchestrator(cli::Invocation& run, std::string_view word);

Result<int> describe_orchestrator(cli::Invocation& run, std::string_view word);
Result<int> delete_orchestrator(cli::Invocation& run, std::string_view word);
Result<int> orchestrator_status(cli::Invocation& run, std::string_view word);

}  // namespace orch::commands
