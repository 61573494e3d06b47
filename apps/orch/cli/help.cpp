#include "cli/help.h"

#include <algorithm>

#include "base/text.h"
#include "cli/wrap.h"
#include "output/terminal.h"

namespace orch::cli {
namespace {

constexpr std::string_view kTagline =
    "orch runs batch work on this machine, or on somebody else's.";
constexpr std::string_view kGroups[] = {"Run", "Inspect", "Serve", "Set up"};

std::string heading(std::string_view text, bool color) {
  return "\n" + output::styled(text, output::Style::bold, color) + "\n";
}

std::string examples(const std::vector<Example>& examples) {
  std::string out;
  for (const Example& example : examples) {
    if (!out.empty()) out += '\n';
    out += "  # " + wrap(example.text, 4) + "\n";
    for (const std::string_view line : split(example.command, '\n')) {
      out += "  " + std::string(line) + "\n";
    }
  }
  return out;
}

std::string flag_list(const std::vector<Flag>& flags) {
  TermList list;
  for (const Flag& flag : flags) {
    if (!flag.hidden) list.add(flag_term(flag), flag_text(flag));
  }
  return list.render();
}

std::string commands_of(std::string_view group) {
  TermList list;
  for (const Command& command : all_commands()) {
    if (!command.hidden && command.group == group) {
      list.add(std::string(command.name), std::string(command.summary));
    }
  }
  return list.render();
}

// The first example of the first commands: what a newcomer pastes.
std::string first_examples(std::size_t most) {
  std::string out;
  for (const Command& command : all_commands()) {
    if (most == 0 || command.hidden || command.examples.empty()) continue;
    out += "  " + std::string(command.examples.front().command) + "\n";
    --most;
  }
  return out;
}

}  // namespace

std::string flag_term(const Flag& flag) {
  std::string term = flag.letter != 0 ? std::string{'-', flag.letter} + ", " : std::string("    ");
  term += flag.name;
  if (!flag.value.empty()) term += " " + std::string(flag.value);
  return term;
}

std::string flag_text(const Flag& flag) {
  std::string text(flag.help);
  const std::vector<std::string> choices(flag.choices.begin(), flag.choices.end());
  if (!choices.empty()) text += ": " + join(choices, ", ");
  if (flag.repeatable) text += "; may be repeated";
  return text;
}

std::string positional_text(const Positional& positional) {
  const std::vector<std::string> choices(positional.choices.begin(), positional.choices.end());
  std::string text(positional.help);
  if (!choices.empty()) text += (text.empty() ? "" : ": ") + join(choices, ", ");
  return text;
}

std::vector<std::string> usage_lines(const Command& command) {
  std::string line = "orch " + std::string(command.name);
  for (const Positional& positional : command.positionals) {
    const std::string name(positional.name);
    line += positional.required ? " " + name : " [" + name + "]";
  }
  std::vector<std::string> lines = {line + " [flags]"};
  if (!command.tail.empty()) {
    lines.push_back("orch " + std::string(command.name) + " [flags] -- " +
                    std::string(command.tail));
  }
  return lines;
}

std::string overview_help(bool color) {
  std::string out = std::string(kTagline) + "\n\n" + first_examples(2);
  for (const std::string_view group : kGroups) {
    const std::string commands = commands_of(group);
    if (!commands.empty()) out += heading(std::string(group) + ":", color) + commands;
  }
  out += "\nMore: orch COMMAND --help, orch help flags, orch help TOPIC\n";
  return out;
}

std::string group_help(std::string_view group, bool color) {
  const std::string prefix = std::string(group) + " ";
  TermList list;
  for (const Command& command : all_commands()) {
    if (!command.hidden && command.name.starts_with(prefix)) {
      list.add(std::string(command.name), std::string(command.summary));
    }
  }
  return "Usage: orch " + prefix + "COMMAND [flags]\n" + heading("Commands:", color) +
         list.render() + "\nMore: orch " + prefix + "COMMAND --help\n";
}

std::string command_help(const Command& command, bool color) {
  std::string out = "orch " + std::string(command.name) + ": " + std::string(command.summary);
  out += '\n';
  if (!command.examples.empty()) {
    out += heading("Examples:", color) + examples(command.examples);
  }
  out += heading("Usage:", color);
  for (const std::string& line : usage_lines(command)) out += "  " + line + "\n";
  if (!command.details.empty()) out += "\n" + wrap(command.details, 0) + "\n";
  if (!command.positionals.empty()) {
    TermList list;
    for (const Positional& positional : command.positionals) {
      list.add(std::string(positional.name), positional_text(positional));
    }
    out += heading("Arguments:", color) + list.render();
  }
  const std::string flags = flag_list(own_flags(command));
  if (!flags.empty()) out += heading("Flags:", color) + flags;
  return out + heading("Flags of every command:", color) + flag_list(global_flags());
}

}  // namespace orch::cli
