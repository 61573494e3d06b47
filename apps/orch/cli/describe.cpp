#include "cli/help.h"
#include "output/printer.h"

namespace orch::cli {
namespace {

doc::Value choices_value(const std::vector<std::string_view>& choices) {
  doc::Value::Array list;
  for (const std::string_view choice : choices) list.emplace_back(choice);
  return list;
}

doc::Value flag_value(const Flag& flag) {
  doc::Value value;
  value.set("name", flag.name);
  if (flag.letter != 0) value.set("letter", std::string(1, flag.letter));
  if (!flag.value.empty()) value.set("value", flag.value);
  value.set("help", flag.help);
  if (!flag.choices.empty()) value.set("choices", choices_value(flag.choices));
  if (flag.repeatable) value.set("repeatable", true);
  return value;
}

doc::Value flag_list(const std::vector<Flag>& flags) {
  doc::Value::Array list;
  for (const Flag& flag : flags) {
    if (!flag.hidden) list.push_back(flag_value(flag));
  }
  return list;
}

doc::Value positional_value(const Positional& positional) {
  doc::Value value;
  value.set("name", positional.name);
  value.set("help", positional.help);
  value.set("required", positional.required);
  if (!positional.choices.empty()) value.set("choices", choices_value(positional.choices));
  return value;
}

doc::Value command_value(const Command& command) {
  doc::Value value;
  value.set("name", command.name);
  value.set("summary", command.summary);
  value.set("group", command.group);
  doc::Value::Array usage;
  for (const std::string& line : usage_lines(command)) usage.emplace_back(line);
  value.set("usage", std::move(usage));
  doc::Value::Array positionals;
  for (const Positional& one : command.positionals) positionals.push_back(positional_value(one));
  value.set("arguments", std::move(positionals));
  value.set("flags", flag_list(own_flags(command)));
  value.set("takes_command", !command.tail.empty());
  return value;
}

}  // namespace

doc::Value describe_commands() {
  doc::Value whole = output::schema_document();
  doc::Value::Array commands;
  for (const Command& command : all_commands()) {
    if (!command.hidden) commands.push_back(command_value(command));
  }
  whole.set("commands", std::move(commands));
  whole.set("flags", flag_list(global_flags()));
  return whole;
}

}  // namespace orch::cli
