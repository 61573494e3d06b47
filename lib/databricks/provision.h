// What an orchestrator needs in a workspace, as resources that are looked for and made.
#pragma once

#include <memory>

#include "base/result.h"
#include "databricks/client.h"
#include "provider/provision.h"

namespace orch::databricks {

// Refuses before anything is sent: a binary for another machine type, a folder that is none.
Result<std::unique_ptr<provider::Provision>> provision_of(
    std::unique_ptr<Client> client, const provider::ProvisionRequest& request);

// A handle of such a resource: {"kind": "job" | "pool" | "scope" | "file" | "folder", "id"}.
Status take_down(Client& client, const doc::Value& handle);

}  // namespace orch::databricks
