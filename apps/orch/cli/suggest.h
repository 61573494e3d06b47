// Errors about words nobody knows, with the word that was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/command.h"

namespace orch::cli {

// "did you mean "submit"?", or "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

Error unknown_command(std::string_view name);
// A flag that stands before the command and is no global one.
Error misplaced_flag(std::string_view word);
// A flag that this command does not take.
Error unknown_flag(const Command& command, std::string_view word);
// A value that is none of the choices. `what` is "--output" or "KIND".
Error unknown_choice(std::string_view what, std::string_view value,
                     std::span<const std::string_view> choices);
// "orch submit", or "orch" for no command at all.
std::string title(const Command& command);
Error usage_error(const Command& command, std::string message, std::string hint = {});

}  // namespace orch::cli
