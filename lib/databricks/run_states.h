// Jobs 2.2: what a run's state means. Pure.
#pragma once

#include "doc/value.h"
#include "provider/commands.h"

namespace orch::databricks {

// Of a run, or of one of its tasks, as runs/get gives it: `status` counts, else the older `state`.
// Fills state, detail, hint and infrastructure. Codes that are not known are failures, shown as
// they are.
void read_state(const doc::Value& run, provider::Run& into);

// A whole run: ids, times, page, the command among its job parameters.
provider::Run run_of(const doc::Value& run);

}  // namespace orch::databricks
