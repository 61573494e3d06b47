#include "base/text.h"
#include "cli/completion.h"
#include "cli/completion_parts.h"

namespace orch::cli {
namespace {

// Inside '…' of a zsh script.
std::string quote(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

// Inside [explanation] of an _arguments spec.
std::string explanation(std::string_view text) {
  std::string out;
  for (const char c : quote(text)) {
    if (c == '[' || c == ']' || c == ':') out += '\\';
    out += c;
  }
  return out;
}

std::string action(Completes completes, const std::vector<std::string_view>& choices) {
  if (!choices.empty()) return "(" + spaced(choices) + ")";
  switch (completes) {
    case Completes::file:
      return "_files";
    case Completes::directory:
      return "_files -/";
    case Completes::job:
      return "_orch_jobs";
    case Completes::name:
      return "_orch_names";
    case Completes::name_or_directory:
      return "_orch_names_or_directories";
    case Completes::command:
      return "(" + spaced(first_words()) + ")";
    case Completes::topic:
      return "(" + spaced(help_words()) + ")";
    case Completes::nothing:
      return " ";
  }
  return " ";
}

std::string flag_spec(const Flag& flag) {
  const std::string name(flag.name);
  std::string spec = "    ";
  if (flag.letter != 0) {
    const std::string letter{'-', flag.letter};
    if (!flag.repeatable) spec += "'(" + letter + " " + name + ")'";
    spec += "{" + letter + (flag.value.empty() ? "," : "+,") + name +
            (flag.value.empty() ? "}'" : "=}'");
  } else {
    spec +=
        std::string("'") + (flag.repeatable ? "*" : "") + name + (flag.value.empty() ? "" : "=");
  }
  spec += "[" + explanation(flag.help) + "]";
  if (!flag.value.empty()) {
    spec += ":" + explanation(flag.value) + ":" + action(flag.completes, flag.choices);
  }
  return spec + "'\n";
}

std::string positional_spec(const Positional& positional, std::size_t place) {
  return "    '" + std::to_string(place) + (positional.required ? ":" : "::") +
         explanation(positional.name) + ":" + action(positional.completes, positional.choices) +
         "'\n";
}

// One function a command: "_orch_config_view".
std::string function_name(std::string_view command) {
  std::string name = "_orch_cmd_";
  for (const char c : command) name += c == ' ' || c == '-' ? '_' : c;
  return name;
}

std::string command_function(const Command& command) {
  std::string out =
      function_name(command.name) + "() {\n  _arguments -s -S \\\n    $_orch_flags \\\n";
  std::string specs;
  for (const Flag& flag : own_flags(command)) {
    if (!flag.hidden) specs += flag_spec(flag);
  }
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    specs += positional_spec(command.positionals[i], i + 1);
  }
  if (!command.tail.empty()) specs += "    '*::command:_normal'\n";
  for (const std::string_view line : split(specs, '\n')) {
    if (!line.empty()) out += std::string(line) + " \\\n";
  }
  return out + "    && return 0\n}\n\n";
}

std::string described(std::string_view prefix) {
  std::string out;
  std::vector<std::string> seen;
  for (const Command* command : shown_commands()) {
    if (!command->name.starts_with(prefix)) continue;
    const std::string rest(command->name.substr(prefix.size()));
    const std::size_t blank = rest.find(' ');
    const std::string word = rest.substr(0, blank);
    if (!seen.empty() && seen.back() == word) continue;
    seen.push_back(word);
    const std::string_view summary = blank == std::string::npos ? command->summary : "…";
    out += "    '" + word + ":" + quote(summary) + "'\n";
  }
  return out;
}

std::string dispatch(std::string_view prefix) {
  return "  local curcontext=\"$curcontext\" context state state_descr line\n"
         "  typeset -A opt_args\n"
         "  _arguments -C -s -S $_orch_flags '1: :->command' '*:: :->rest' && return 0\n"
         "  local -a commands=(\n" +
         described(prefix) +
         "  )\n"
         "  case $state in\n"
         "    command) _describe -t commands 'orch command' commands ;;\n"
         "    rest)\n"
         "      case $words[1] in\n";
}

std::string dispatch_end() { return "      esac\n      ;;\n  esac\n}\n\n"; }

std::string group_function(const std::string& group) {
  std::string out = function_name(group) + "() {\n" + dispatch(group + " ");
  for (const Command* command : shown_commands()) {
    if (!command->name.starts_with(group + " ")) continue;
    out += "        " + std::string(command->name.substr(group.size() + 1)) + ") " +
           function_name(command->name) + " ;;\n";
  }
  return out + dispatch_end();
}

}  // namespace

std::string zsh_completion() {
  std::string out =
      "#compdef orch\n# zsh completion for orch; made by `orch completion zsh`.\n\n"
      "_orch_jobs() {\n"
      "  local -a names=(${(f)\"$(orch list jobs -o name 2>/dev/null)\"})\n"
      "  compadd -a names\n"
      "}\n\n"
      "_orch_names() {\n"
      "  _orch_jobs\n"
      "  local -a names=(${(f)\"$(orch list orchestrators -o name 2>/dev/null)\"})\n"
      "  compadd -a names\n"
      "}\n\n"
      "_orch_names_or_directories() {\n"
      "  _orch_names\n"
      "  _files -/\n"
      "}\n\n"
      "_orch_global_flags() {\n  _orch_flags=(\n";
  for (const Flag& flag : shown_global_flags()) out += flag_spec(flag);
  out += "  )\n}\n\n";
  for (const Command* command : shown_commands()) out += command_function(*command);
  for (const std::string& group : group_words()) out += group_function(group);
  out += "_orch() {\n  local -a _orch_flags\n  _orch_global_flags\n" + dispatch("");
  for (const std::string& word : first_words()) {
    out += "        " + word + ") " + function_name(word) + " ;;\n";
  }
  return out + dispatch_end() +
         "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n  _orch \"$@\"\nelse\n  compdef "
         "_orch orch\nfi\n";
}

}  // namespace orch::cli
