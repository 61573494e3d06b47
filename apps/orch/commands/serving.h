// Deployed bundles, for the commands that also know other things.
#pragma once

#include <string>
#include <string_view>

#include "base/check.h"
#include "cli/invocation.h"

namespace orch::commands {

// Whether a command's argument is a directory and not a name: "./prod", "gen/prod", "..".
bool means_directory(std::string_view argument);

// `orch status DIR`: how it stands; with --wait until it is ready.
Result<int> deployment_status(cli::Invocation& run, std::string_view argument);
// The rows of `orch doctor DIR`.
Result<Checks> deployment_checks(cli::Invocation& run, std::string_view argument);

}  // namespace orch::commands
