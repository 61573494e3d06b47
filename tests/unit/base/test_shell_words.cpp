#include "base/shell_words.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <memory>

#include "base/text.h"

using namespace orch;

namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  REQUIRE(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe.get())) {
    output.append(buffer, n);
  }
  return output;
}

}  // namespace

TEST_CASE("ten thousand random lines are cut as Python's shlex cuts them") {
  const std::string script = std::string(ORCH_TESTS) + "/support/shlex_cases.py";
  const std::string output = output_of("/usr/bin/python3 '" + script + "' 10000 1");
  std::size_t lines = 0;
  std::size_t refused = 0;
  for (const std::string_view each : split(output, '\x1e')) {
    std::vector<std::string_view> fields = split(each, '\x1f');
    if (fields.size() < 2) continue;  // behind the last one
    const bool fails = fields.back() == "!";
    fields.pop_back();
    const std::string line(fields.front());
    CAPTURE(line);
    const auto words = split_words(line);
    ++lines;
    refused += fails ? 1 : 0;
    REQUIRE(words.has_value() == !fails);
    if (fails) continue;
    REQUIRE(*words == std::vector<std::string>(fields.begin() + 1, fields.end()));
    CHECK(*split_words(join_words(*words)) == *words);
  }
  CHECK(lines == 10'000);
  CHECK(refused > 1'000);
  CHECK(refused < 9'000);
}

TEST_CASE("what is left open is named") {
  CHECK(split_words("echo 'a b").error().message == "the ' at character 6 is never closed");
  CHECK(split_words("echo \"a'").error().message == "the \" at character 6 is never closed");
  CHECK(split_words("echo a\\").error().message ==
        "the backslash at the end has nothing to escape");
  CHECK(split_words("'a").error().code == ErrorCode::invalid_value);
}

TEST_CASE("joined words are quoted only where they must be") {
  const std::vector<std::string> words = {"python3", "-m", "x.y", "it's", "", "a b", "$HOME"};
  CHECK(join_words(words) == "python3 -m x.y 'it'\"'\"'s' '' 'a b' '$HOME'");
}
