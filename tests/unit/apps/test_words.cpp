#include <doctest/doctest.h>

#include "cli/words.h"

using namespace orch;
using namespace orch::cli;

namespace {

using Strings = std::vector<std::string>;

std::string found_in(const Strings& words) {
  const auto found = find_command(words);
  if (!found) return "error: " + found.error().message;
  if (found->command == nullptr) return found->group.empty() ? "(none)" : "group " + found->group;
  return std::string(found->command->name);
}

}  // namespace

TEST_CASE("the command is found behind any global options") {
  CHECK(found_in({"help"}) == "help");
  CHECK(found_in({"-o", "json", "help"}) == "help");
  CHECK(found_in({"-ojson", "--columns=a,b", "-qv", "help", "help"}) == "help");
  CHECK(found_in({"-qo", "config", "help"}) == "help");
  CHECK(found_in({"config", "-o", "view", "view"}) == "config view");
  CHECK(found_in({"config", "-q"}) == "group config");
  CHECK(found_in({}) == "(none)");
  CHECK(found_in({"--output"}) == "(none)");
  CHECK(found_in({"--output", "help"}) == "(none)");
}

TEST_CASE("the name is taken out and everything else stays in order") {
  CHECK(find_command({"-q", "config", "-v", "view", "--sources", "view"})->rest ==
        Strings{"-q", "-v", "--sources", "view"});
}

TEST_CASE("words that are no command are refused") {
  CHECK(found_in({"confg"}) == "error: unknown command \"confg\"");
  CHECK(found_in({"config", "list"}) == "error: unknown command \"config list\"");
  CHECK(found_in({"-"}) == "error: unknown command \"-\"");
  CHECK(found_in({"-z", "help"}) == "error: unknown option -z");
  CHECK(found_in({"--sources", "config"}) == "error: --sources stands before the command");
}

TEST_CASE("the output format is found among wrong words") {
  CHECK(wanted_output({"helpp", "--zzz", "-o", "json"}) == Output::json);
  CHECK(wanted_output({"-ojson", "-o=yaml"}) == Output::yaml);
  CHECK(wanted_output({"--output=json", "-o", "jsn"}) == Output::json);
  CHECK(wanted_output({"-o"}) == Output::automatic);
  CHECK(wanted_output({""}) == Output::automatic);
  CHECK(wanted_color({"", "always", "--color", "never"}) == "never");
  CHECK(wanted_color({"--color"}) == "auto");
}

TEST_CASE("help is wanted by its own words only") {
  CHECK(wants_help({"x", "--help"}));
  CHECK(wants_help({"-qh"}));
  CHECK_FALSE(wants_help({"-xh", "-oh", "--helpp", "h", "-"}));
}
