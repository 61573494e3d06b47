#include "commands/commands.h"

namespace orch::cli {
namespace {

constexpr CommandEntry kCommands[] = {
    {"submit", commands::submit_command},
    {"cancel", commands::cancel_command},
    {"delete", commands::delete_command},
    {"status", commands::status_command},
    {"results", commands::results_command},
    {"logs", commands::logs_command},
    {"list jobs", commands::list_jobs_command},
    {"list orchestrators", commands::list_orchestrators_command},
    {"list runs", commands::list_runs_command},
    {"list secrets", commands::list_secrets_command},
    {"describe", commands::describe_command},
    {"register", commands::register_command},
    {"refresh", commands::refresh_command},
    {"rotate-secret", commands::rotate_secret_command},
    {"secret set", commands::secret_set_command},
    {"secret info", commands::secret_info_command},
    {"secret delete", commands::secret_delete_command},
    {"bundle-gen", commands::bundle_gen_command},
    {"serve-entrypoint", commands::serve_entrypoint_command},
    {"doctor", commands::doctor_command},
    {"config view", commands::config_view_command},
    {"config schema", commands::config_schema_command},
    {"completion", commands::completion_command},
    {"help", commands::help_command},
};

}  // namespace

std::span<const CommandEntry> command_index() { return kCommands; }

}  // namespace orch::cli
