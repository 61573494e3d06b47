// The backend `local`: task managers are child processes of this orch on this machine.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace orch::provider {

Descriptor local_provider();

}  // namespace orch::provider
