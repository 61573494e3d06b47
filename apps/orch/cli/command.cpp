#include "cli/command.h"

#include <algorithm>

namespace orch::cli {

bool Args::has(std::string_view flag) const { return flags.find(flag) != flags.end(); }

std::optional<std::string> Args::get(std::string_view flag) const {
  const auto found = flags.find(flag);
  if (found == flags.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Args::all(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::vector<std::string>{} : found->second;
}

const std::vector<Command>& all_commands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> made;
    for (const CommandEntry& entry : command_index()) made.push_back(entry.make());
    return made;
  }();
  return commands;
}

std::optional<Flag> file_flag(const Command& command) {
  const bool takes_file = std::any_of(
      command.positionals.begin(), command.positionals.end(),
      [](const Positional& positional) { return positional.completes == Completes::file; });
  if (!takes_file) return std::nullopt;
  return Flag{.name = "--file",
              .letter = 'f',
              .value = "FILE",
              .help = "the same as the argument FILE; - is standard input",
              .completes = Completes::file};
}

std::vector<Flag> own_flags(const Command& command) {
  std::vector<Flag> flags;
  if (const auto file = file_flag(command)) flags.push_back(*file);
  flags.insert(flags.end(), command.flags.begin(), command.flags.end());
  return flags;
}

}  // namespace orch::cli
