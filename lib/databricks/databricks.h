// The provider Databricks.
#pragma once

#include <memory>

#include "databricks/client.h"
#include "provider/provider.h"

namespace orch::databricks {

provider::Descriptor databricks_provider();

// Signed in as the session says. Its identity's notes are logged.
Result<std::unique_ptr<Client>> open_client(const provider::Session& session);

}  // namespace orch::databricks
