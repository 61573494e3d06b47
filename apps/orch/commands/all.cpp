#include "commands/commands.h"

namespace orch::cli {
namespace {

constexpr CommandEntry kCommands[] = {
    {"completion", commands::completion_command},
    {"help", commands::help_command},
};

}  // namespace

std::span<const CommandEntry> command_index() { return kCommands; }

}  // namespace orch::cli
