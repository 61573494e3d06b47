// What `orch doctor` says of FiftyOne Enterprise.
#pragma once

#include <string_view>

#include "base/check.h"
#include "control/fiftyone_settings.h"
#include "control/python_sdk.h"
#include "http/api.h"

namespace orch::control {

// Address, transport, health, key. Later rows are left out when an earlier one makes them
// meaningless.
Checks check_fiftyone_api(const FiftyOneSettings& settings, http::Transport& transport);

// Whether the interpreter has the SDK, whether it is new enough for the orchestrator's environment
// (empty: for orchestrators at all), and whether the key may see secrets. Starts Python.
Checks check_fiftyone_sdk(PythonSdk& sdk, std::string_view environment);

// What can only be looked at inside the deployment.
Checks fiftyone_reminders(std::string_view environment);

}  // namespace orch::control
