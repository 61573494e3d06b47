// The registry of FiftyOne Enterprise, through the documented calls of its Python SDK.
#pragma once

#include <memory>
#include <string_view>

#include "control/python_sdk.h"
#include "control/registry.h"

namespace orch::control {

// It has no call that changes a registration, and none that reads a secret's value. `api_uri` is
// for messages.
std::unique_ptr<Registry> fiftyone_registry(std::shared_ptr<PythonSdk> sdk,
                                            std::string_view api_uri);

}  // namespace orch::control
