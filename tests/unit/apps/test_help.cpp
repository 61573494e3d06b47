#include <doctest/doctest.h>

#include <set>

#include "base/error.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/man.h"
#include "cli/topics.h"

using namespace orch;
using namespace orch::cli;

TEST_CASE("the command table is sound") {
  std::set<std::string_view> names;
  for (const Command& command : all_commands()) {
    CAPTURE(command.name);
    CHECK(names.insert(command.name).second);
    CHECK(command.run);
    CHECK_FALSE(command.summary.empty());
    CHECK_FALSE(command.summary.ends_with('.'));
    if (!command.hidden) CHECK_FALSE(command.examples.empty());
    CHECK((command.group == "Run" || command.group == "Inspect" || command.group == "Serve" ||
           command.group == "Set up"));
    std::set<std::string_view> flags;
    std::set<char> letters;
    auto all = own_flags(command);
    all.insert(all.end(), global_flags().begin(), global_flags().end());
    for (const Flag& flag : all) {
      CAPTURE(flag.name);
      CHECK(flag.name.starts_with("--"));
      CHECK(flags.insert(flag.name).second);
      if (flag.letter != 0) CHECK(letters.insert(flag.letter).second);
      CHECK_FALSE(flag.help.empty());
      CHECK((flag.value.empty() ? flag.choices.empty() && !flag.repeatable : true));
    }
  }
}

TEST_CASE("the index and the commands have the same names") {
  REQUIRE(command_index().size() == all_commands().size());
  for (std::size_t i = 0; i < command_index().size(); ++i) {
    CHECK(command_index()[i].name == all_commands()[i].name);
  }
}

TEST_CASE("an option that takes a value in one command is no switch in another") {
  std::set<std::string_view> valued;
  std::set<std::string_view> switches;
  for (const Command& command : all_commands()) {
    for (const Flag& flag : own_flags(command)) {
      (flag.value.empty() ? switches : valued).insert(flag.name);
    }
  }
  for (const std::string_view name : valued) CHECK_MESSAGE(!switches.contains(name), name);
}

TEST_CASE("the exit status page names every code") {
  const std::string text = find_topic("exit-codes")->text();
  for (const ErrorTraits& code : all_error_codes()) {
    CHECK_MESSAGE(text.find(code.name) != std::string::npos, code.name);
    CHECK_MESSAGE(text.find("\n  " + std::to_string(code.exit_status) + " ") != std::string::npos,
                  code.exit_status);
  }
}

TEST_CASE("topics have names that are no commands") {
  for (const Topic& topic : all_topics()) {
    CHECK(find_topic(topic.name) == &topic);
    for (const Command& command : all_commands()) CHECK(topic.name != command.name);
  }
}

TEST_CASE("every visible command stands in help, man pages and completions") {
  const std::string overview = overview_help(false);
  const auto pages = man_pages();
  for (const Command& command : all_commands()) {
    if (command.hidden) continue;
    const std::string name(command.name);
    CHECK(overview.find("\n  " + name + " ") != std::string::npos);
    CHECK(pages.at("orch.1").find(std::string(command.summary).substr(0, 12)) != std::string::npos);
    for (const char* shell : {"bash", "zsh", "fish"}) {
      CHECK(completion_script(shell).find(name.substr(name.find(' ') + 1)) != std::string::npos);
    }
  }
  CHECK(completion_script("tcsh").empty());
}
