#include "cli/completion_parts.h"

#include <algorithm>

#include "base/text.h"
#include "cli/completion.h"
#include "cli/topics.h"

namespace orch::cli {
namespace {

void add_once(std::vector<std::string>& words, std::string word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
}

std::vector<Flag> without_hidden(std::vector<Flag> flags) {
  std::erase_if(flags, [](const Flag& flag) { return flag.hidden; });
  return flags;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  return {};
}

std::vector<const Command*> shown_commands() {
  std::vector<const Command*> shown;
  for (const Command& command : all_commands()) {
    if (!command.hidden) shown.push_back(&command);
  }
  return shown;
}

std::vector<std::string> group_words() {
  std::vector<std::string> words;
  for (const Command* command : shown_commands()) {
    const std::size_t blank = command->name.find(' ');
    if (blank != std::string_view::npos) add_once(words, std::string(command->name, 0, blank));
  }
  return words;
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command* command : shown_commands()) {
    add_once(words, std::string(command->name.substr(0, command->name.find(' '))));
  }
  return words;
}

std::vector<std::string> valued_words() {
  std::vector<std::string> words;
  const auto add = [&](const std::vector<Flag>& flags) {
    for (const Flag& flag : flags) {
      if (flag.value.empty()) continue;
      for (std::string& word : spellings(flag)) add_once(words, std::move(word));
    }
  };
  add(global_flags());
  for (const Command& command : all_commands()) add(own_flags(command));
  return words;
}

std::vector<std::string> help_words() {
  std::vector<std::string> words = first_words();
  for (const Topic& topic : all_topics()) add_once(words, std::string(topic.name));
  return words;
}

std::vector<std::string> spellings(const Flag& flag) {
  std::vector<std::string> words;
  if (flag.letter != 0) words.push_back(std::string{'-', flag.letter});
  words.emplace_back(flag.name);
  return words;
}

std::vector<Flag> shown_flags(const Command& command) {
  std::vector<Flag> flags = without_hidden(own_flags(command));
  const auto globals = shown_global_flags();
  flags.insert(flags.end(), globals.begin(), globals.end());
  return flags;
}

std::vector<Flag> shown_global_flags() { return without_hidden(global_flags()); }

std::string spaced(const std::vector<std::string>& words) { return join(words, " "); }

std::string spaced(const std::vector<std::string_view>& words) {
  return spaced(std::vector<std::string>(words.begin(), words.end()));
}

}  // namespace orch::cli
