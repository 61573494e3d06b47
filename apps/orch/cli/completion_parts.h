// What the three completion scripts share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace orch::cli {

// Visible commands in the order of the table.
std::vector<const Command*> shown_commands();
// First words of two-word commands: "config".
std::vector<std::string> group_words();
// First words of all commands, each once.
std::vector<std::string> first_words();
// Every flag that takes a value, of any command, long and short: "--output", "-o".
std::vector<std::string> valued_words();
// Topics and commands, for `orch help`.
std::vector<std::string> help_words();
// "-o", "--output"
std::vector<std::string> spellings(const Flag& flag);
// The flags of the command and the global ones, hidden ones left out.
std::vector<Flag> shown_flags(const Command& command);
std::vector<Flag> shown_global_flags();
std::string spaced(const std::vector<std::string>& words);
std::string spaced(const std::vector<std::string_view>& words);

}  // namespace orch::cli
