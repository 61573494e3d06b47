#include <doctest/doctest.h>

#include "doc/value.h"

namespace orch::doc {
namespace {

TEST_CASE("block style, text in double quotes") {
  const auto value = parse_json(
      R"({"name":"x","n":5,"f":1.0,"big":1e22,"no":"no","list":["a",{"b":1,"c":["d"]},[1,[]],{}],"none":null,"a b":"","m":{"x":{"y":true}}})");
  CHECK(to_yaml(*value) == R"(name: "x"
"n": 5
f: 1.0
big: 1.0e+22
"no": "no"
list:
  - "a"
  - b: 1
    c:
      - "d"
  - - 1
    - []
  - {}
none: null
"a b": ""
m:
  x:
    "y": true
)");
  CHECK(to_yaml(Value("x")) == "\"x\"\n");
  CHECK(to_yaml(Value(Value::Object{})) == "{}\n");
  CHECK(to_yaml(*parse_json("[1]")) == "- 1\n");
}

TEST_CASE("every text comes back as itself, whatever YAML could take it for") {
  for (const char* text : {"no",    "yes",        "on",
                           "off",   "true",       "5",
                           "1.0",   "0x1F",       "010",
                           "12:30", "2024-01-01", "1_000",
                           ".inf",  ".nan",       "=",
                           "<<",    "22:22",      "",
                           " ",     "a: b",       "- a",
                           "#c",    "a #c",       "'",
                           "\"",    "\\",         "line\nline\n",
                           "\ttab", "\x01\x7F",   "\u0085\u00A0\u2028\u2029\uFEFF\uFFFE\uFFFF",
                           "é😀",    "{a}",        "[a]",
                           "*x",    "&x",         "!x",
                           "|",     ">",          "%",
                           "@",     "`",          "?",
                           "? a",   "~",          "null",
                           "${X}"}) {
    Value value;
    value.set("k", text);
    value.set(text, Value::Array{Value(text), Value(Value::Object{{text, text}})});
    const auto back = parse_yaml(to_yaml(value), "f.yaml");
    REQUIRE_MESSAGE(back.has_value(), to_yaml(value));
    CHECK(*back == value);
  }
}

TEST_CASE("keys longer than YAML's simple keys") {
  Value value;
  value.set(std::string(5000, 'k'), Value::Object{{std::string(2000, ' '), Value::Array{1, "x"}}});
  value.set(std::string(999, '"'), Value::Object{{"a", 1}});
  value.set("short", 2);
  const auto back = parse_yaml(to_yaml(value), "f.yaml");
  REQUIRE_MESSAGE(back.has_value(), back.error().message);
  CHECK(*back == value);
}

}  // namespace
}  // namespace orch::doc
