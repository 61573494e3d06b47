// One function a command, one file each; commands/all.cpp lists them in the order of `orch --help`.
#pragma once

#include "cli/command.h"

namespace orch::commands {

cli::Command submit_command();
cli::Command register_command();
cli::Command refresh_command();
cli::Command rotate_secret_command();
cli::Command list_orchestrators_command();
cli::Command list_runs_command();
cli::Command list_secrets_command();
cli::Command secret_set_command();
cli::Command secret_info_command();
cli::Command secret_delete_command();
cli::Command status_command();
cli::Command results_command();
cli::Command logs_command();
cli::Command cancel_command();
cli::Command list_jobs_command();
cli::Command describe_command();
cli::Command delete_command();
cli::Command bundle_gen_command();
cli::Command serve_entrypoint_command();
cli::Command doctor_command();
cli::Command config_view_command();
cli::Command config_schema_command();
cli::Command completion_command();
cli::Command help_command();

}  // namespace orch::commands
