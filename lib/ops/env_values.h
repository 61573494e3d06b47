// The values of a job's `env:`, read where the file says when the job runs.
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "job/spec.h"

namespace orch::ops {

// secret_unavailable names the variable, file or command that gave nothing. Values that do not
// stand in the job file are secrets: registered for redaction.
Result<EnvMap> resolve_env(const job::JobSpec& spec, const EnvMap& environment);

}  // namespace orch::ops
