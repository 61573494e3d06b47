// Words to Args, through CLI11 (the only file that includes it is parse.cpp).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/words.h"

namespace orch::cli {

// Parses the words of one command (its name taken out) against its flags and the global ones.
// Checks choices, missing values and missing or surplus positionals; a FILE given as -f takes the
// positional's place. Usage errors name the nearest flag or choice.
Result<Args> parse(const Command& command, const std::vector<std::string>& words,
                   const Words& line);

std::string cli11_version();

}  // namespace orch::cli
