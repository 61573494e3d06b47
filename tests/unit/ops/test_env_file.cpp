#include <doctest/doctest.h>

#include "ops/env_file.h"

using namespace orch::ops;

TEST_CASE("values as docker compose reads them") {
  const EnvPairs pairs = parse_env_file(
      "# comment\nA=1\nexport B = two words # not this\nC='lit $X # it'\nD=\"a \\\"b\\\" \\$c\"\n"
      "E=\nF=a#b\nnonsense\nA=2\n");
  CHECK(value_of(pairs, "A") == "2");
  CHECK(value_of(pairs, "B") == "two words");
  CHECK(value_of(pairs, "C") == "lit $X # it");
  CHECK(value_of(pairs, "D") == "a \"b\" $c");
  CHECK(value_of(pairs, "E").empty());
  CHECK(has_name(pairs, "E"));
  CHECK(value_of(pairs, "F") == "a#b");
  CHECK_FALSE(has_name(pairs, "nonsense"));
}

TEST_CASE("what is quoted is read back") {
  for (const char* value :
       {"", "plain", "/a/b c", "it's", "$HOME", "a\\b", "\"", "a #b", "it's \"$x\" \\"}) {
    CHECK(value_of(parse_env_file(with_value("", "X", value)), "X") == value);
  }
  CHECK(env_quoted("/srv/a-b_c.d") == "/srv/a-b_c.d");
}

TEST_CASE("a value is replaced in its line") {
  CHECK(with_value("# c\nA=\nB=1\n", "A", "x") == "# c\nA=x\nB=1\n");
  CHECK(with_value("B=1", "A", "x") == "B=1\nA=x\n");
  CHECK(with_value("#A=1\n", "A", "x") == "#A=1\nA=x\n");
}
