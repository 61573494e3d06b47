// Which registry a command means, and how it is opened.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "control/fiftyone_settings.h"
#include "control/registry.h"
#include "store/store.h"

namespace orch::ops {

struct RegistryRequest {
  std::string asked;             // "fiftyone", "local"; empty: decided here
  std::string name = {};         // of an orchestrator that this machine may remember
  std::string environment = {};  // of one to be registered
  std::string api_uri = {};
  std::string python = {};
  bool allow_insecure_http = false;
  std::function<void(std::string_view)> note = {};  // "starting the Python SDK…"
  std::function<void(std::string_view)> warn = {};
};

control::FiftyOneRequest fiftyone_request(const RegistryRequest& request);

// The rule, without opening anything. usage: FiftyOne does not have the environment;
// ambiguous_name: both registries have the name.
Result<std::string> choose_registry(const RegistryRequest& request, store::Store& store,
                                    const EnvMap& environment);

// The store must outlive it.
Result<std::unique_ptr<control::Registry>> open_registry(const RegistryRequest& request,
                                                         store::Store& store,
                                                         const EnvMap& environment, Clock& clock);

}  // namespace orch::ops
