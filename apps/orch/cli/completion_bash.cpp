#include "base/text.h"
#include "cli/completion.h"
#include "cli/completion_parts.h"

namespace orch::cli {
namespace {

// The call that completes a value.
std::string action(Completes completes, const std::vector<std::string_view>& choices) {
  if (!choices.empty()) return "_orch_words '" + spaced(choices) + "'";
  switch (completes) {
    case Completes::file:
      return "_orch_option default";
    case Completes::directory:
      return "_orch_option dirnames";
    case Completes::job:
      return "_orch_words \"$(orch list jobs -o name 2>/dev/null)\"";
    case Completes::name:
      return "_orch_words \"$(orch list jobs -o name 2>/dev/null; orch list orchestrators -o name "
             "2>/dev/null)\"";
    case Completes::name_or_directory:  // directories when no name fits
      return action(Completes::name, {}) + "; _orch_option dirnames";
    case Completes::command:
      return "_orch_words '" + spaced(first_words()) + "'";
    case Completes::topic:
      return "_orch_words '" + spaced(help_words()) + "'";
    case Completes::nothing:
      return ":";
  }
  return ":";
}

std::string value_case(std::string_view command, const Flag& flag) {
  std::string pattern;
  for (const std::string& word : spellings(flag)) {
    pattern += (pattern.empty() ? "" : " | ") + std::string(command) + "':" + word + "'";
  }
  return "    " + pattern + ") " + action(flag.completes, flag.choices) + " ;;\n";
}

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

std::string value_cases() {
  std::string out;
  for (const Flag& flag : shown_global_flags()) {
    if (!flag.value.empty()) out += value_case("*", flag);
  }
  for (const Command* command : shown_commands()) {
    for (const Flag& flag : own_flags(*command)) {
      if (!flag.value.empty() && !flag.hidden) out += value_case(quoted(command->name), flag);
    }
  }
  return out;
}

std::string flag_cases() {
  std::string out;
  for (const Command* command : shown_commands()) {
    std::vector<std::string> words;
    for (const Flag& flag : own_flags(*command)) {
      if (!flag.hidden) words.emplace_back(flag.name);
    }
    if (words.empty()) continue;
    out += "    " + quoted(command->name) + ") echo '" + spaced(words) + "' ;;\n";
  }
  return out;
}

std::string positional_cases() {
  std::string out;
  for (const Command* command : shown_commands()) {
    for (std::size_t i = 0; i < command->positionals.size(); ++i) {
      const Positional& positional = command->positionals[i];
      out += "    " + quoted(std::string(command->name) + ":" + std::to_string(i)) + ") " +
             action(positional.completes, positional.choices) + " ;;\n";
    }
  }
  return out;
}

std::string group_cases() {
  std::string out;
  for (const std::string& group : group_words()) {
    std::vector<std::string> seconds;
    for (const Command* command : shown_commands()) {
      if (command->name.starts_with(group + " ")) {
        seconds.emplace_back(command->name.substr(group.size() + 1));
      }
    }
    out += "    " + quoted(group + ":0") + ") _orch_words '" + spaced(seconds) + "' ;;\n";
  }
  return out;
}

std::string global_words() {
  std::vector<std::string> words;
  for (const Flag& flag : shown_global_flags()) words.emplace_back(flag.name);
  return spaced(words);
}

constexpr std::string_view kHead = R"(# bash completion for orch; made by `orch completion bash`.

_orch_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_orch_option() { compopt -o "$1" 2>/dev/null; }

# How the value of a flag completes; $1 is command:flag.
_orch_value() {
  case "$1" in
)";

constexpr std::string_view kMiddle = R"(    *) return 1 ;;
  esac
}

# The own flags of a command.
_orch_flags() {
  case "$1" in
)";

constexpr std::string_view kPositionals = R"(  esac
}

# How an argument completes; $1 is command:index.
_orch_argument() {
  case "$1" in
)";

constexpr std::string_view kTail = R"(  esac
}

_orch() {
  local cur prev words cword split=false
  COMPREPLY=()
  if declare -F _init_completion >/dev/null; then
    _init_completion -s || return
  else
    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
  fi

  local command='' count=0 word i
  for ((i = 1; i < cword; i++)); do
    word=${words[i]}
    case "$word" in
      --)
        _orch_option default
        return
        ;;
      --*=*) ;;
      @VALUED@) ((i++)) ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then
          command=$word
        elif [[ $count -eq 0 && " @GROUPS@ " == *" $command "* ]]; then
          command="$command $word"
        else
          ((count++))
        fi
        ;;
    esac
  done

  if [[ $prev == -* ]] && _orch_value "$command:$prev"; then
    return
  fi
  $split && return
  if [[ $cur == -* ]]; then
    _orch_words "$(_orch_flags "$command") @GLOBALS@"
  elif [[ -z $command ]]; then
    _orch_words '@COMMANDS@'
  else
    _orch_argument "$command:$count"
  fi
  return 0
}

complete -F _orch orch
)";

void replace(std::string& text, std::string_view mark, std::string_view with) {
  const std::size_t place = text.find(mark);
  if (place != std::string::npos) text.replace(place, mark.size(), with);
}

}  // namespace

std::string bash_completion() {
  std::string tail(kTail);
  replace(tail, "@VALUED@", join(valued_words(), " | "));
  replace(tail, "@GROUPS@", spaced(group_words()));
  replace(tail, "@GLOBALS@", global_words());
  replace(tail, "@COMMANDS@", spaced(first_words()));
  return std::string(kHead) + value_cases() + std::string(kMiddle) + flag_cases() +
         std::string(kPositionals) + group_cases() + positional_cases() + tail;
}

}  // namespace orch::cli
