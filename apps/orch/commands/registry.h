// Opening a registry and finding orchestrators: what several commands share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/invocation.h"
#include "control/registry.h"
#include "ops/registries.h"
#include "secrets/source.h"
#include "store/store.h"

namespace orch::commands {

// --registry, --api-uri, --python, --allow-insecure-http: of every command that needs a registry.
std::vector<cli::Flag> registry_flags();

// The command's own flags with those behind them.
std::vector<cli::Flag> with_registry(std::vector<cli::Flag> flags);

// The store is made when it is absent: a registry keeps something in it.
Result<store::Store> open_store(cli::Invocation& run);

// What those flags say.
ops::RegistryRequest registry_request(cli::Invocation& run);

// `asked` beats everything; empty: for a name the registry that this machine remembers it in, else
// by the environment, else FiftyOne when its API address is configured, else this machine.
struct WantedRegistry {
  std::string asked;
  std::string name;         // of an orchestrator
  std::string environment;  // of a new one
};
Result<std::unique_ptr<control::Registry>> open_registry(cli::Invocation& run, store::Store& store,
                                                         const WantedRegistry& wanted);

// Removes "orchestrator/" from a name.
std::string orchestrator_name(std::string_view argument);
// not_found offers the nearest.
Result<control::Orchestrator> find_orchestrator(control::Registry& registry,
                                                const std::string& name);

secrets::Reader secret_reader(cli::Invocation& run);

}  // namespace orch::commands
