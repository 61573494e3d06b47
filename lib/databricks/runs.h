// Commands on Databricks: runs of the orchestrator's job.
#pragma once

#include <memory>

#include "base/result.h"
#include "databricks/client.h"
#include "provider/commands.h"

namespace orch::databricks {

// config: jobId, executionTaskId, registrationTaskId. Without a registration task the execution
// task does both.
std::unique_ptr<provider::Commands> commands_of(std::unique_ptr<Client> client,
                                                const provider::Place& place);

}  // namespace orch::databricks
