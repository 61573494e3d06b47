// CLI11 2.1.2 needs a hand: it reads "[a,b]" as a list, takes the next word for `--flag=`, lets
// switches have values and lists what it does not know without saying what is near. So the tail is
// cut before, words are made plain here, and everything it did not know is judged here.
#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "cli/suggest.h"

namespace orch::cli {
namespace {

std::vector<Flag> flags_of(const Command& command) {
  std::vector<Flag> flags = own_flags(command);
  flags.insert(flags.end(), global_flags().begin(), global_flags().end());
  return flags;
}

const Flag* find_flag(const std::vector<Flag>& flags, std::string_view word) {
  for (const Flag& flag : flags) {
    const bool by_letter = word.size() == 2 && flag.letter != 0 && word[1] == flag.letter;
    if (flag.name == word || by_letter) return &flag;
  }
  return nullptr;
}

// `--flag=value` and `-f=value` become two words, so that an empty value stays a value.
Result<std::vector<std::string>> plain_words(const Command& command, const std::vector<Flag>& flags,
                                             const std::vector<std::string>& words) {
  std::vector<std::string> plain;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const Flag* flag = nullptr;
    if (equals != std::string::npos && word.front() == '-') {
      flag = find_flag(flags, std::string_view(word).substr(0, equals));
    }
    if (flag == nullptr) {
      plain.push_back(word);
    } else if (flag->value.empty()) {
      return fail(usage_error(command, std::string(flag->name) + " takes no value"));
    } else {
      plain.push_back(word.substr(0, equals));
      plain.push_back(word.substr(equals + 1));
    }
  }
  return plain;
}

Error missing_value(const Command& command, const std::vector<Flag>& flags, std::string_view word) {
  // The last letter of -qo is the one.
  const std::string letter = word.empty() ? std::string() : std::string{'-', word.back()};
  const Flag* flag = find_flag(flags, word.starts_with("--") ? word : std::string_view(letter));
  if (flag == nullptr) return usage_error(command, "an option needs a value");
  return usage_error(command,
                     std::string(flag->name) + " needs a value: " + std::string(flag->value));
}

class Parser {
 public:
  Parser(const Command& command, const std::vector<Flag>& flags)
      : command_(command), flags_(flags) {
    app_.set_help_flag();
    app_.allow_extras();
    values_.resize(flags.size());
    positionals_.resize(command.positionals.size());
    for (std::size_t i = 0; i < flags.size(); ++i) add_flag(flags[i], values_[i]);
    for (std::size_t i = 0; i < positionals_.size(); ++i) {
      options_.push_back(app_.add_option("positional" + std::to_string(i), positionals_[i]));
    }
  }

  // Words that belong to nothing, in the order they were written.
  Result<std::vector<std::string>> run(std::vector<std::string> words) {
    const std::string last = words.empty() ? std::string() : words.back();
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    try {
      app_.parse(std::move(words));
      return app_.remaining();
    } catch (const CLI::ArgumentMismatch&) {  // only the last word can lack its value
      return fail(missing_value(command_, flags_, last));
    } catch (const CLI::Error& error) {
      return fail(usage_error(command_, printable(error.what())));
    }
  }

  std::size_t count(std::size_t flag) const { return flag_options_[flag]->count(); }
  const std::vector<std::string>& values(std::size_t flag) const { return values_[flag]; }
  std::vector<std::string> positionals() const {
    std::vector<std::string> given;
    for (std::size_t i = 0; i < options_.size() && options_[i]->count() > 0; ++i) {
      given.push_back(positionals_[i]);
    }
    return given;
  }

 private:
  void add_flag(const Flag& flag, std::vector<std::string>& values) {
    std::string names(flag.name);
    if (flag.letter != 0) names = std::string{'-', flag.letter, ','} + names;
    if (flag.value.empty()) {
      flag_options_.push_back(app_.add_flag(names));
    } else {
      flag_options_.push_back(app_.add_option(names, values)->allow_extra_args(false));
    }
  }

  const Command& command_;
  const std::vector<Flag>& flags_;
  CLI::App app_;
  std::vector<CLI::Option*> flag_options_;
  std::vector<CLI::Option*> options_;
  std::vector<std::vector<std::string>> values_;
  std::vector<std::string> positionals_;
};

Status check_extras(const Command& command, const std::vector<std::string>& extras) {
  for (const std::string& word : extras) {
    if (word.size() < 2 || word.front() != '-') continue;
    return fail(unknown_flag(command, word.starts_with("--") ? word : word.substr(0, 2)));
  }
  if (extras.empty()) return {};
  std::string hint;
  if (!command.tail.empty()) {
    hint = "a command to run stands after --: orch " + std::string(command.name) + " -- " +
           std::string(command.tail);
  }
  return fail(usage_error(command, "unexpected argument \"" + printable(extras.front()) + "\"",
                          std::move(hint)));
}

Status check_values(const Command& command, const std::vector<Flag>& flags, const Flag& flag,
                    const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    // `--resume --follow`: a value was forgotten, nobody names a job like a flag.
    if (value.starts_with("--") && find_flag(flags, value) != nullptr) {
      return fail(missing_value(command, flags, flag.name));
    }
    const bool known =
        std::find(flag.choices.begin(), flag.choices.end(), value) != flag.choices.end();
    if (!flag.choices.empty() && !known)
      return fail(unknown_choice(flag.name, value, flag.choices));
  }
  return {};
}

// `-f FILE` stands where the positional FILE would.
Status place_file(const Command& command, Args& args) {
  const auto file = args.get("--file");
  if (!file || !file_flag(command)) return {};
  std::size_t place = 0;
  while (command.positionals[place].completes != Completes::file) ++place;
  if (args.positionals.size() == command.positionals.size()) {
    return fail(usage_error(command, "--file and the argument \"" +
                                         printable(args.positionals[place]) +
                                         "\" name two files; give one"));
  }
  place = std::min(place, args.positionals.size());
  args.positionals.insert(args.positionals.begin() + static_cast<std::ptrdiff_t>(place), *file);
  return {};
}

Status check_positionals(const Command& command, const Args& args) {
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    const Positional& positional = command.positionals[i];
    if (i >= args.positionals.size()) {
      if (!positional.required) continue;
      return fail(usage_error(command, title(command) + " needs " + std::string(positional.name)));
    }
    const auto& choices = positional.choices;
    if (choices.empty()) continue;
    if (std::find(choices.begin(), choices.end(), args.positionals[i]) == choices.end()) {
      return fail(unknown_choice(positional.name, args.positionals[i], choices));
    }
  }
  return {};
}

}  // namespace

Result<Args> parse(const Command& command, const std::vector<std::string>& words,
                   const Words& line) {
  const std::vector<Flag> flags = flags_of(command);
  Parser parser(command, flags);
  auto plain = ORCH_TRY(plain_words(command, flags, words));
  const auto extras = ORCH_TRY(parser.run(std::move(plain)));
  ORCH_TRY(check_extras(command, extras));
  Args args;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (parser.count(i) == 0) continue;
    ORCH_TRY(check_values(command, flags, flags[i], parser.values(i)));
    args.flags.emplace(flags[i].name, parser.values(i));
  }
  args.positionals = parser.positionals();
  args.tail = line.tail;
  args.has_tail = line.has_tail;
  if (args.has_tail && command.tail.empty()) {
    return fail(usage_error(command, title(command) + " takes nothing after --"));
  }
  ORCH_TRY(place_file(command, args));
  ORCH_TRY(check_positionals(command, args));
  return args;
}

std::string cli11_version() { return CLI11_VERSION; }

}  // namespace orch::cli
