// `orch doctor DIR`: what keeps a deployed bundle from starting or from being fast.
#pragma once

#include "base/check.h"
#include "base/environment.h"
#include "ops/deployment.h"

namespace orch::ops {

// Files first, then docker, then what needs docker. Nothing is changed.
Checks check_deployment(const Deployment& deployment, const EnvMap& environment);

}  // namespace orch::ops
