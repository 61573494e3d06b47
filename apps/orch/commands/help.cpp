#include "cli/help.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "cli/suggest.h"
#include "cli/topics.h"
#include "cli/wrap.h"
#include "commands/commands.h"

namespace orch::commands {
namespace {

using cli::Command;

std::string all_topic_lines() {
  cli::TermList list;
  for (const cli::Topic& topic : cli::all_topics()) {
    list.add(std::string(topic.name), std::string(topic.summary));
  }
  return list.render();
}

const Command* find_command(std::string_view name) {
  for (const Command& command : cli::all_commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

bool is_group(const std::string& word) {
  for (const Command& command : cli::all_commands()) {
    if (command.name.starts_with(word + " ")) return true;
  }
  return false;
}

Error unknown_topic(std::string_view name) {
  std::vector<std::string> known;
  for (const Command& command : cli::all_commands()) known.emplace_back(command.name);
  for (const cli::Topic& topic : cli::all_topics()) known.emplace_back(topic.name);
  const std::string meant = cli::did_you_mean(name, known);
  const std::string hint = meant.empty() ? "orch help lists the topics" : meant;
  return Error{ErrorCode::usage, "no help on \"" + printable(name) + "\"", hint, {}, {}, {}};
}

Result<std::string> help_on(const std::string& name, bool color) {
  if (name.empty()) return cli::overview_help(color) + "\nTopics:\n" + all_topic_lines();
  if (const Command* command = find_command(name)) return cli::command_help(*command, color);
  if (const cli::Topic* topic = cli::find_topic(name)) return topic->text();
  if (is_group(name)) return cli::group_help(name, color);
  return fail(unknown_topic(name));
}

Result<int> run(cli::Invocation& invocation) {
  std::string name(invocation.positional(0));
  if (const auto second = invocation.positional(1); !second.empty()) {
    name += " " + std::string(second);
  }
  const std::string text = ORCH_TRY(help_on(name, invocation.terminal.color));
  if (invocation.print.structured() && name.empty()) {
    ORCH_TRY(invocation.print.document(cli::describe_commands(), [] { return std::string(); }));
  } else {
    ORCH_TRY(invocation.out.write(text));
  }
  return 0;
}

}  // namespace

Command help_command() {
  return {
      .name = "help",
      .summary = "help on a command or a topic",
      .details =
          "Without a topic it lists the commands and the topics; with -o json it prints "
          "the whole command table.",
      .examples = {{"how a worker gets its inputs", "orch help worker"},
                   {"what an exit status means", "orch help exit-codes"}},
      .positionals = {{"TOPIC", "a topic or a command", cli::Completes::topic},
                      {"COMMAND", "the second word of a command", cli::Completes::nothing}},
      .group = "Set up",
      .read_only = true,
      .skips_config_file = true,
      .run = run,
  };
}

}  // namespace orch::commands
