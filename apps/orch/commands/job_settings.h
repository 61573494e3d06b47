// The settings that jobs need, in the job engine's own types.
#pragma once

#include <vector>

#include "cli/invocation.h"
#include "job/plan.h"
#include "job/spec.h"

namespace orch::commands {

Result<job::Limits> job_limits(cli::Invocation& run);
Result<std::vector<job::JobPolicy>> job_policies(cli::Invocation& run);

}  // namespace orch::commands
