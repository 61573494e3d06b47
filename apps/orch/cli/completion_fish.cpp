#include "base/text.h"
#include "cli/completion.h"
#include "cli/completion_parts.h"

namespace orch::cli {
namespace {

// Inside '…' of a fish script.
std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// " -x -a …": what the value may be; nothing else is offered.
std::string value_options(Completes completes, const std::vector<std::string_view>& choices) {
  if (!choices.empty()) return " -x -a " + quote(spaced(choices));
  switch (completes) {
    case Completes::file:
      return " -r -F";
    case Completes::directory:
      return " -x -a '(__fish_complete_directories)'";
    case Completes::job:
      return " -x -a '(__orch_jobs)'";
    case Completes::name:
      return " -x -a '(__orch_jobs; __orch_orchestrators)'";
    case Completes::name_or_directory:
      return " -x -a '(__orch_jobs; __orch_orchestrators; __fish_complete_directories)'";
    case Completes::command:
      return " -x -a " + quote(spaced(first_words()));
    case Completes::topic:
      return " -x -a " + quote(spaced(help_words()));
    case Completes::nothing:
      return " -x";
  }
  return " -x";
}

std::string flag_line(const Flag& flag, const std::string& condition) {
  std::string line = "complete -c orch" + condition;
  if (flag.letter != 0) line += std::string(" -s ") + flag.letter;
  line += " -l " + std::string(flag.name.substr(2));
  if (!flag.value.empty()) line += value_options(flag.completes, flag.choices);
  return line + " -d " + quote(flag.help) + "\n";
}

std::string argument_line(const Positional& positional, const std::string& condition) {
  if (positional.completes == Completes::file && positional.choices.empty()) {
    return "complete -c orch" + condition + " -F\n";
  }
  std::string options = value_options(positional.completes, positional.choices);
  if (options == " -x") return {};
  return "complete -c orch" + condition + options.substr(3) + "\n";
}

std::string command_lines(const Command& command) {
  const std::size_t blank = command.name.find(' ');
  const std::string first(command.name.substr(0, blank));
  std::string out = "\n";
  if (blank != std::string_view::npos) {
    out += "complete -c orch -n " + quote("__orch_at " + first + " 0") + " -a " +
           quote(command.name.substr(blank + 1)) + " -d " + quote(command.summary) + "\n";
  } else {
    out += "complete -c orch -n '__orch_at \"\" 0' -a " + quote(first) + " -d " +
           quote(command.summary) + "\n";
  }
  const std::string name = "\"" + std::string(command.name) + "\"";
  for (const Flag& flag : own_flags(command)) {
    if (!flag.hidden) out += flag_line(flag, " -n " + quote("__orch_in " + name));
  }
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    out += argument_line(command.positionals[i],
                         " -n " + quote("__orch_at " + name + " " + std::to_string(i)));
  }
  return out;
}

constexpr std::string_view kHead = R"(# fish completion for orch; made by `orch completion fish`.

function __orch_jobs
    orch list jobs -o name 2>/dev/null
end
function __orch_orchestrators
    orch list orchestrators -o name 2>/dev/null
end

# The command of the line and how many arguments it has so far.
function __orch_place
    set -l words (commandline -opc)
    set -e words[1]
    set -l command ''
    set -l count 0
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --
                break
            case @VALUED@
                set skip 1
            case '-*'
            case '*'
                if test -z "$command"
                    set command $word
                else if test $count = 0; and contains -- $command @GROUPS@
                    set command "$command $word"
                else
                    set count (math $count + 1)
                end
        end
    end
    echo $command
    echo $count
end

function __orch_in
    set -l place (__orch_place)
    test "$place[1]" = "$argv[1]"
end

function __orch_at
    set -l place (__orch_place)
    test "$place[1]" = "$argv[1]"; and test "$place[2]" = "$argv[2]"
end

complete -c orch -f
)";

void replace(std::string& text, std::string_view mark, std::string_view with) {
  const std::size_t place = text.find(mark);
  if (place != std::string::npos) text.replace(place, mark.size(), with);
}

}  // namespace

std::string fish_completion() {
  std::string out(kHead);
  replace(out, "@VALUED@", spaced(valued_words()));
  replace(out, "@GROUPS@", spaced(group_words()));
  for (const Flag& flag : shown_global_flags()) out += flag_line(flag, "");
  for (const std::string& group : group_words()) {
    out += "complete -c orch -n '__orch_at \"\" 0' -a " + quote(group) + "\n";
  }
  for (const Command* command : shown_commands()) out += command_lines(*command);
  return out;
}

}  // namespace orch::cli
