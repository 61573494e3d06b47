// The registry of FiftyOne Enterprise, through the documented calls of its Python SDK.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/environment.h"
#include "control/fiftyone_settings.h"
#include "control/registry.h"

namespace orch::control {

// It has no call that changes a registration, and none that reads a secret's value.
std::unique_ptr<Registry> fiftyone_registry(FiftyOneSettings settings, EnvMap environment,
                                            std::function<void(std::string_view)> note);

}  // namespace orch::control
