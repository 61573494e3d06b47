// Runs at providers: `submit --on`, `list runs`, and status, logs, cancel of run/ID.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/invocation.h"
#include "commands/api.h"
#include "provider/commands.h"
#include "store/orchestrators.h"
#include "store/runs.h"
#include "store/store.h"

namespace orch::commands {

// An orchestrator, its provider's commands, and what they need to live.
struct Remote {
  store::Store store;
  Api api;
  store::OrchestratorRow orchestrator;
  std::unique_ptr<provider::Commands> commands;

  Remote(cli::Invocation& run, store::Store opened) : store(std::move(opened)), api(run) {}
};
// As this machine remembers it; `registry` empty: any.
Result<std::unique_ptr<Remote>> open_remote(cli::Invocation& run, const std::string& name,
                                            const std::string& registry);
// Starts a command, waits and returns its output. A failed run is an error, its output then on
// standard error.
Result<std::string> run_to_end(cli::Invocation& run, std::unique_ptr<Remote> remote,
                               const std::string& command, const std::string& purpose);

// Waits for the end of a run that is known; a failed run is an error.
Status await_run_of(cli::Invocation& run, Remote& remote, const std::string& id);

// The flags of commands that look at runs: --on, --databricks-profile, --record.
std::vector<cli::Flag> run_flags();

// --poll-interval, --cancel-on-interrupt: of commands that wait for a run.
std::vector<cli::Flag> wait_flags();

// A run that is meant by the word: run/ID always, a bare ID when this machine knows the run.
Result<std::optional<std::string>> means_run(cli::Invocation& run, std::string_view word);

// `submit --on NAME -- CMD…`.
Result<int> submit_remote(cli::Invocation& run, const std::string& on);

Result<int> run_status(cli::Invocation& run, const std::string& id);
Result<int> describe_run(cli::Invocation& run, const std::string& id);
Result<int> run_logs(cli::Invocation& run, const std::string& id);
Result<int> cancel_run(cli::Invocation& run, const std::string& id);

}  // namespace orch::commands
