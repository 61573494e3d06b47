#include "cli/suggest.h"

#include <algorithm>

#include "base/text.h"

namespace orch::cli {
namespace {

std::string quoted(std::string_view word) { return "\"" + printable(word) + "\""; }

std::string flag_name(std::string_view word) { return printable(word.substr(0, word.find('='))); }

void add_names(std::vector<std::string>& names, const std::vector<Flag>& flags) {
  for (const Flag& flag : flags) {
    if (!flag.hidden) names.emplace_back(flag.name);
  }
}

Error make(ErrorCode code, std::string message, std::string hint) {
  return Error{code, std::move(message), std::move(hint), {}, {}, {}};
}

// The command that has this flag, for somebody who wrote it too early.
std::string_view owner_of(std::string_view flag) {
  for (const Command& command : all_commands()) {
    for (const Flag& own : own_flags(command)) {
      if (own.name == flag && !command.hidden) return command.name;
    }
  }
  return {};
}

}  // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const auto meant = nearest(word, known);
  return meant ? "did you mean \"" + *meant + "\"?" : std::string();
}

Error unknown_command(std::string_view name) {
  std::vector<std::string> known;
  for (const Command& command : all_commands()) {
    if (!command.hidden) known.emplace_back(command.name);
  }
  return make(ErrorCode::unknown_command, "unknown command " + quoted(name),
              did_you_mean(name, known));
}

Error misplaced_flag(std::string_view word) {
  const std::string name = flag_name(word);
  if (const std::string_view owner = owner_of(name); !owner.empty()) {
    return make(ErrorCode::usage, name + " stands before the command",
                "write it after the command: orch " + std::string(owner) + " " + name);
  }
  std::vector<std::string> known;
  add_names(known, global_flags());
  const std::string meant = did_you_mean(name, known);
  return make(ErrorCode::usage, "unknown option " + name,
              meant.empty() ? "orch help flags lists the options of every command" : meant);
}

Error unknown_flag(const Command& command, std::string_view word) {
  std::vector<std::string> known;
  add_names(known, own_flags(command));
  add_names(known, global_flags());
  const std::string name = flag_name(word);
  return usage_error(command, title(command) + " has no option " + name, did_you_mean(name, known));
}

Error unknown_choice(std::string_view what, std::string_view value,
                     std::span<const std::string_view> choices) {
  const std::vector<std::string> known(choices.begin(), choices.end());
  const std::string meant = did_you_mean(value, known);
  return make(ErrorCode::usage, std::string(what) + " cannot be " + quoted(value),
              (meant.empty() ? "" : meant + " ") + "it is one of: " + join(known, ", "));
}

std::string title(const Command& command) {
  return command.name.empty() ? "orch" : "orch " + std::string(command.name);
}

Error usage_error(const Command& command, std::string message, std::string hint) {
  if (hint.empty()) hint = "see: " + title(command) + " --help";
  return make(ErrorCode::usage, std::move(message), std::move(hint));
}

}  // namespace orch::cli
