// What `orch doctor NAME` says of an orchestrator on Databricks.
#pragma once

#include "base/check.h"
#include "databricks/client.h"
#include "provider/session.h"

namespace orch::databricks {

// Sign-in, the job and its tasks, the files and pools they name, the cluster's variables, the
// secret scopes. Reads only; later rows are left out when an earlier one makes them meaningless.
Checks check_place(Client& client, const provider::Place& place);

}  // namespace orch::databricks
