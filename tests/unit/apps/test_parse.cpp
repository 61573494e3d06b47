#include <doctest/doctest.h>

#include "cli/parse.h"
#include "cli/words.h"

using namespace orch;
using namespace orch::cli;

namespace {

const Command& submit_like() {
  static const Command command{
      .name = "submit",
      .positionals = {{.name = "FILE", .completes = Completes::file},
                      {.name = "MODE", .choices = {"fast", "slow"}}},
      .flags = {{.name = "--resume", .value = "JOB"},
                {.name = "--set", .letter = 's', .value = "PATH=VALUE", .repeatable = true},
                {.name = "--follow"}},
      .tail = "CMD…",
  };
  return command;
}

Result<Args> parse_words(std::vector<std::string> words, const Command& command = submit_like()) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  const Words line = cut(pointers);
  return parse(command, line.own, line);
}

std::string error_of(std::vector<std::string> words) {
  const auto args = parse_words(std::move(words));
  REQUIRE_FALSE(args);
  CHECK(args.error().code == ErrorCode::usage);
  return args.error().message;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("what follows the first -- is not touched") {
  const auto args =
      parse_words({"-q", "--", "python", "t.py", "--flag", "[1,2]", "--", "-o", "xml", ""});
  REQUIRE(args);
  CHECK(args->has_tail);
  CHECK(args->tail == Strings{"python", "t.py", "--flag", "[1,2]", "--", "-o", "xml", ""});
  CHECK(args->positionals.empty());
  CHECK(args->has("--quiet"));
  CHECK_FALSE(args->has("--output"));
}

TEST_CASE("an empty tail is a tail") {
  CHECK(parse_words({"--"})->has_tail);
  CHECK_FALSE(parse_words({})->has_tail);
}

TEST_CASE("a value in brackets is one value, and options take one word each") {
  const auto args = parse_words({"--set", "a=[1,2]", "[x,y]", "-s", "[3,4]", "--resume", "[j]"});
  REQUIRE(args);
  CHECK(args->all("--set") == Strings{"a=[1,2]", "[3,4]"});
  CHECK(args->get("--resume") == "[j]");
  CHECK(args->positionals == Strings{"[x,y]"});
}

TEST_CASE("options stand before and after arguments; the last one wins") {
  const auto args = parse_words({"a.yaml", "-o", "json", "slow", "-oyaml", "--resume=x", "-s=1"});
  REQUIRE(args);
  CHECK(args->positionals == Strings{"a.yaml", "slow"});
  CHECK(args->get("--output") == "yaml");
  CHECK(args->get("--resume") == "x");
  CHECK(args->get("--set") == "1");
  CHECK_FALSE(args->get("--columns"));
}

TEST_CASE("an empty value is a value") {
  auto args = parse_words({"--resume=", "a.yaml"});
  REQUIRE(args);
  CHECK(args->get("--resume") == "");
  CHECK(args->positionals == Strings{"a.yaml"});
  args = parse_words({"--set", "", "a.yaml", "--set="});
  REQUIRE(args);
  CHECK(args->all("--set") == Strings{"", ""});
}

TEST_CASE("a value keeps its equals signs and dashes") {
  const auto args = parse_words({"--set=a=b=c", "--set", "-1", "--set", "--=", "--", "x"});
  REQUIRE(args);
  CHECK(args->all("--set") == Strings{"a=b=c", "-1", "--="});
}

TEST_CASE("-f FILE is the argument FILE") {
  for (const Strings& words : {Strings{"-f", "a.yaml"}, Strings{"--file=a.yaml"},
                               Strings{"-fa.yaml"}, Strings{"a.yaml"}}) {
    CHECK(parse_words(words)->positionals == Strings{"a.yaml"});
  }
  CHECK(parse_words({"-f", "-"})->positionals == Strings{"-"});
  CHECK(parse_words({"-f", "a.yaml", "slow"})->positionals == Strings{"a.yaml", "slow"});
  CHECK(error_of({"-f", "a.yaml", "b.yaml", "slow"}) ==
        "--file and the argument \"b.yaml\" name two files; give one");
}

TEST_CASE("a command without FILE has no -f") {
  const Command logs{.name = "logs", .positionals = {{.name = "JOB"}}};
  CHECK(parse_words({"-f", "x"}, logs).error().message == "orch logs has no option -f");
}

TEST_CASE("mistakes are named with what was probably meant") {
  const auto args = parse_words({"--reusme", "x", "a.yaml"});
  REQUIRE_FALSE(args);
  CHECK(args.error().message == "orch submit has no option --reusme");
  CHECK(args.error().hint == "did you mean \"--resume\"?");
  CHECK(parse_words({"a.yaml", "fsat"}).error().hint ==
        "did you mean \"fast\"? it is one of: fast, slow");
  CHECK(error_of({"a.yaml", "fast", "-zq"}) == "orch submit has no option -z");
  CHECK(error_of({"--follow=1"}) == "--follow takes no value");
  CHECK(error_of({"--resume"}) == "--resume needs a value: JOB");
  CHECK(error_of({"--resume", "--follow"}) == "--resume needs a value: JOB");
  CHECK(error_of({"a.yaml", "-qs"}) == "--set needs a value: PATH=VALUE");
}

TEST_CASE("the first of several unknown words is named") {
  CHECK(error_of({"--one", "--two"}) == "orch submit has no option --one");
  const auto args = parse_words({"a.yaml", "fast", "third", "fourth"});
  REQUIRE_FALSE(args);
  CHECK(args.error().message == "unexpected argument \"third\"");
  CHECK(args.error().hint == "a command to run stands after --: orch submit -- CMD…");
}

TEST_CASE("a required argument that is missing is named") {
  const Command describe{.name = "describe", .positionals = {{.name = "X", .required = true}}};
  CHECK(parse_words({}, describe).error().message == "orch describe needs X");
  CHECK(parse_words({"a", "--"}, describe).error().message ==
        "orch describe takes nothing after --");
  CHECK(parse_words({""}, describe)->positionals == Strings{""});
}

TEST_CASE("the words of CLI11's own syntax mean nothing special") {
  CHECK(parse_words({"++", "fast"})->positionals == Strings{"++", "fast"});
  CHECK(parse_words({"-5"})->positionals == Strings{"-5"});
  CHECK(parse_words({"/x"})->positionals == Strings{"/x"});
  CHECK(parse_words({"{}"})->positionals == Strings{"{}"});
  CHECK(parse_words({"%%"})->positionals == Strings{"%%"});
}
