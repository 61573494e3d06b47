#include "commands/commands.h"

namespace orch::cli {
namespace {

constexpr CommandEntry kCommands[] = {
    {"config view", commands::config_view_command},
    {"config schema", commands::config_schema_command},
    {"completion", commands::completion_command},
    {"help", commands::help_command},
};

}  // namespace

std::span<const CommandEntry> command_index() { return kCommands; }

}  // namespace orch::cli
