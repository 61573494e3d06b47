#include "cli/words.h"

#include <algorithm>

#include "cli/options.h"
#include "cli/suggest.h"

namespace orch::cli {
namespace {

const Flag* find_flag(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  for (const Flag& flag : global_flags()) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

const Flag* find_letter(char letter) {
  for (const Flag& flag : global_flags()) {
    if (flag.letter == letter) return &flag;
  }
  return nullptr;
}

// How many words a global flag at this place takes, its value included; an error when it is none.
Result<std::size_t> flag_length(const std::string& word) {
  if (word.starts_with("--")) {
    const Flag* flag = find_flag(word);
    if (flag == nullptr) return fail(misplaced_flag(word));
    const bool value_follows = !flag->value.empty() && word.find('=') == std::string::npos;
    return value_follows ? 2 : 1;
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    const Flag* flag = find_letter(word[i]);
    if (flag == nullptr) return fail(misplaced_flag(std::string{'-', word[i]}));
    if (!flag->value.empty()) return i + 1 == word.size() ? 2 : 1;
  }
  return 1;
}

// The first word that is no flag; words.size() when there is none.
Result<std::size_t> command_place(const std::vector<std::string>& words) {
  std::size_t place = 0;
  while (place < words.size() && words[place].size() > 1 && words[place].front() == '-') {
    place += ORCH_TRY(flag_length(words[place]));
  }
  return std::min(place, words.size());
}

const CommandEntry* find_entry(std::string_view name) {
  for (const CommandEntry& entry : command_index()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

bool is_group(std::string_view word) {
  return std::any_of(command_index().begin(), command_index().end(),
                     [&](const CommandEntry& entry) {
                       return entry.name.size() > word.size() && entry.name.starts_with(word) &&
                              entry.name[word.size()] == ' ';
                     });
}

// What the words give to one flag, read leniently.
std::vector<std::string_view> values_of(const std::vector<std::string>& words,
                                        std::string_view name, std::string_view letter) {
  std::vector<std::string_view> values;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == name || (word == letter && !letter.empty())) {
      if (i + 1 < words.size()) values.emplace_back(words[i + 1]);
    } else if (word.starts_with(name) && word[name.size()] == '=') {
      values.push_back(word.substr(name.size() + 1));
    } else if (!letter.empty() && word.starts_with(letter)) {
      values.push_back(word.substr(word[letter.size()] == '=' ? 3 : 2));
    }
  }
  return values;
}

// "-q", "-qh": letters of global switches only.
bool is_switches(std::string_view word) {
  if (word.size() < 2 || word.front() != '-') return false;
  return std::all_of(word.begin() + 1, word.end(), [](char letter) {
    const Flag* flag = find_letter(letter);
    return flag != nullptr && flag->value.empty();
  });
}

}  // namespace

Words cut(std::span<char* const> arguments) {
  Words words;
  for (const char* argument : arguments) {
    if (words.has_tail) {
      words.tail.emplace_back(argument);
    } else if (std::string_view(argument) == "--") {
      words.has_tail = true;
    } else {
      words.own.emplace_back(argument);
    }
  }
  return words;
}

Result<Found> find_command(const std::vector<std::string>& words) {
  const std::size_t place = ORCH_TRY(command_place(words));
  Found found;
  found.rest = words;
  if (place == words.size()) return found;
  const auto name_at = [&](std::size_t index) {
    return found.rest.begin() + static_cast<std::ptrdiff_t>(index);
  };
  const std::string& first = words[place];
  found.rest.erase(name_at(place));
  found.command = find_entry(first);
  if (found.command != nullptr) return found;
  if (!is_group(first)) return fail(unknown_command(first));
  // Flags may stand between the two words, too.
  std::vector<std::string> after(name_at(place), found.rest.end());
  const std::size_t second = ORCH_TRY(command_place(after)) + place;
  if (second >= found.rest.size()) {
    found.group = first;
    return found;
  }
  const std::string whole = first + " " + found.rest[second];
  found.command = find_entry(whole);
  if (found.command == nullptr) return fail(unknown_command(whole));
  found.rest.erase(name_at(second));
  return found;
}

Output wanted_output(const std::vector<std::string>& words) {
  Output wanted = Output::automatic;
  for (const std::string_view value : values_of(words, "--output", "-o")) {
    if (const auto format = format_named(value)) wanted = *format;
  }
  return wanted;
}

std::string_view wanted_color(const std::vector<std::string>& words) {
  std::string_view wanted = "auto";
  for (const std::string_view value : values_of(words, "--color", "")) {
    if (value == "auto" || value == "always" || value == "never") wanted = value;
  }
  return wanted;
}

bool wants_help(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "--help" || (is_switches(word) && word.find('h') != std::string::npos);
  });
}

}  // namespace orch::cli
