// `orch refresh`: an orchestrator reports the operators that it has.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "control/registry.h"
#include "store/store.h"

namespace orch::ops {

struct RefreshReply {
  control::Orchestrator orchestrator;
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> problems;  // plugin files that could not be used
};

// On this machine: runs `orch serve-entrypoint operators` over config.pluginsDir and keeps what it
// says. Errors: unsupported for environments whose provider is not there; usage without pluginsDir;
// file_not_found, bad_answer.
Result<RefreshReply> refresh_local(const control::Orchestrator& orchestrator, store::Store& store,
                                   const EnvMap& environment, Clock& clock);

// Waits until the registry shows other operators or a later time; not_confirmed after `longest`.
// `pause` sleeps between two looks.
Result<RefreshReply> await_refresh(const control::Orchestrator& before, control::Registry& registry,
                                   Clock& clock, Duration longest,
                                   const std::function<void()>& pause);

}  // namespace orch::ops
