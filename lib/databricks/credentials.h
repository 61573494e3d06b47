// The OAuth secrets of a service principal.
#pragma once

#include <memory>

#include "base/result.h"
#include "databricks/client.h"
#include "provider/credentials.h"
#include "provider/session.h"

namespace orch::databricks {

// Through the workspace (its admins may); the principal is found by its client id. Proofs are token
// requests to the same host, kept nowhere.
Result<std::unique_ptr<provider::Credentials>> credentials_of(std::unique_ptr<Client> client,
                                                              const provider::Session& session,
                                                              const provider::CredentialsOf& whose);

// "SCOPE/KEY": puts the value there. The scope must exist.
Status store_in_scope(Client& client, std::string_view place, const std::string& value);

}  // namespace orch::databricks
