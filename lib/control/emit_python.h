// The documented Python calls that do what `orch register` does at FiftyOne, for machines that have
// the SDK and not orch, and for readers who want to see. Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "control/orchestrator_spec.h"

namespace orch::control {

// Values are read where the spec says (variables, files, …), never written down. Errors:
// invalid_value for a value that stands in the file itself, or a name the rule does not settle;
// unsupported for an environment that FiftyOne does not have.
Result<std::string> emit_python(const OrchestratorSpec& spec);

}  // namespace orch::control
