// The registry of this machine: orchestrators in the state database, secrets in its vault.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/environment.h"
#include "control/registry.h"
#include "store/store.h"

namespace orch::control {

// All three must outlive it.
std::unique_ptr<Registry> local_registry(store::Store& store, const EnvMap& environment,
                                         Clock& clock);

}  // namespace orch::control
