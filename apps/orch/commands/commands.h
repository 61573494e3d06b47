// One function a command, one file each; commands/all.cpp lists them in the order of `orch --help`.
#pragma once

#include "cli/command.h"

namespace orch::commands {

cli::Command config_view_command();
cli::Command config_schema_command();
cli::Command completion_command();
cli::Command help_command();

}  // namespace orch::commands
