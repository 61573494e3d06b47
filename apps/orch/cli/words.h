// The command line before it is parsed: where orch's own words end, which command they name, and
// how errors about them are to be written.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace orch::cli {

// argv cut at the first `--`: what follows reaches the command unchanged, whatever it looks like.
struct Words {
  std::vector<std::string> own;
  std::vector<std::string> tail;
  bool has_tail = false;
};
Words cut(std::span<char* const> arguments);

// What the own words ask for.
struct Found {
  const CommandEntry* command = nullptr;  // nullptr: no command was named
  std::string group;                      // "config" when only the first of two words was given
  std::vector<std::string> rest;          // the words without the command's name
};
// Global flags may stand before the name. Error unknown_command or usage, with the nearest name.
Result<Found> find_command(const std::vector<std::string>& words);

// The last valid `-o` among words that may otherwise be wrong.
Output wanted_output(const std::vector<std::string>& words);
// The last valid --color likewise; "auto" without one.
std::string_view wanted_color(const std::vector<std::string>& words);
// -h or --help stands among them, also as in -qh.
bool wants_help(const std::vector<std::string>& words);

}  // namespace orch::cli
