// Runs at providers: `submit --on`, `list runs`, and status, logs, cancel of run/ID.
#pragma once

#include <optional>
#include <string_view>

#include "cli/invocation.h"
#include "store/runs.h"
#include "store/store.h"

namespace orch::commands {

// The flags of commands that look at runs: --on, --databricks-profile, --record.
std::vector<cli::Flag> run_flags();

// --poll-interval, --cancel-on-interrupt: of commands that wait for a run.
std::vector<cli::Flag> wait_flags();

// A run that is meant by the word: run/ID always, a bare ID when this machine knows the run.
Result<std::optional<std::string>> means_run(cli::Invocation& run, std::string_view word);

// `submit --on NAME -- CMD…`.
Result<int> submit_remote(cli::Invocation& run, const std::string& on);

Result<int> run_status(cli::Invocation& run, const std::string& id);
Result<int> run_logs(cli::Invocation& run, const std::string& id);
Result<int> cancel_run(cli::Invocation& run, const std::string& id);

}  // namespace orch::commands
