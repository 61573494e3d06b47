// `orch refresh`: an orchestrator reports the operators that it has.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "control/registry.h"
#include "provider/commands.h"
#include "store/orchestrators.h"
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

// Keeps what the run of `serve-entrypoint operators` at a provider has printed.
Result<RefreshReply> refresh_from_log(const control::Orchestrator& orchestrator,
                                      const std::string& log, store::Store& store, Clock& clock);

// The command of a registration run: the file's `refresh.command`; for the local registry
// `serve-entrypoint operators` of the binary that is there; else the provider's last one. nullopt:
// none is known.
Result<std::optional<std::string>> registration_command(const store::OrchestratorRow& orchestrator,
                                                        provider::Commands& commands);

// Waits until the registry shows other operators or a later time; not_confirmed after `longest`.
// `pause` sleeps between two looks.
Result<RefreshReply> await_refresh(const control::Orchestrator& before, control::Registry& registry,
                                   Clock& clock, Duration longest,
                                   const std::function<void()>& pause);

}  // namespace orch::ops
