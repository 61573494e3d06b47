// What --help prints, made from the command table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "doc/value.h"

namespace orch::cli {

// `color` marks headings.
std::string overview_help(bool color);
std::string group_help(std::string_view group, bool color);  // `orch config`
std::string command_help(const Command& command, bool color);

// "orch submit FILE [flags]", one line a form.
std::vector<std::string> usage_lines(const Command& command);
// "-o, --output FORMAT"
std::string flag_term(const Flag& flag);
// The help of a flag with its choices.
std::string flag_text(const Flag& flag);

// The help of an argument with its choices.
std::string positional_text(const Positional& positional);

// The whole table for programs: `orch help -o json`.
doc::Value describe_commands();

}  // namespace orch::cli
