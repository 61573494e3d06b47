// Completion scripts, made from the command table.
#pragma once

#include <string>
#include <string_view>

namespace orch::cli {

// `shell` is bash, zsh or fish; "" for any other.
std::string completion_script(std::string_view shell);

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace orch::cli
