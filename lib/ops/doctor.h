// `orch doctor`: what can be checked from here before work is paid for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/check.h"
#include "base/clock.h"
#include "base/environment.h"
#include "http/api.h"
#include "ops/registries.h"
#include "provider/session.h"

namespace orch::ops {

struct DoctorRequest {
  RegistryRequest registry;  // .name: the orchestrator to look at; empty: none
  std::string state_directory;
  // Made when the first request goes out.
  std::function<std::unique_ptr<http::Transport>()> transport;
  // For the orchestrator's provider; its `auth` is filled in here.
  std::function<Result<provider::Session>(const std::string& environment)> session;
};

// This machine; in a container of FiftyOne its environment; FiftyOne when it is configured or asked
// for; the orchestrator. What goes wrong is a row. Nothing is changed anywhere.
Checks run_doctor(const DoctorRequest& request, const EnvMap& environment, Clock& clock);

// The rows about this machine alone (ops/doctor_machine.cpp).
Checks check_machine(const std::string& state_directory, const EnvMap& environment, Clock& clock);

}  // namespace orch::ops
