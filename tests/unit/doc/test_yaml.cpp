#include <doctest/doctest.h>

#include <cstdio>

#include "doc/value.h"

namespace orch::doc {
namespace {

// The document as JSON, or the error.
std::string read(std::string_view yaml) {
  auto value = parse_yaml(yaml, "f.yaml");
  return value ? to_json(*value) : value.error().message;
}

// The scalar of a one-line document.
std::string scalar(std::string_view text) { return read(std::string(text) + "\n"); }

TEST_CASE("plain scalars follow the YAML 1.2 core schema") {
  for (const char* null : {"", "~", "null", "Null", "NULL"}) CHECK(scalar(null) == "null");
  for (const char* yes : {"true", "True", "TRUE"}) CHECK(scalar(yes) == "true");
  for (const char* no : {"false", "False", "FALSE"}) CHECK(scalar(no) == "false");
  CHECK(scalar("5") == "5");
  CHECK(scalar("+5") == "5");
  CHECK(scalar("-5") == "-5");
  CHECK(scalar("0") == "0");
  CHECK(scalar("-0") == "-0.0");
  CHECK(scalar("0x1F") == "31");
  CHECK(scalar("0o17") == "15");
  CHECK(scalar("1.0") == "1.0");
  CHECK(scalar(".5") == "0.5");
  CHECK(scalar("1.") == "1.0");
  CHECK(scalar("1e3") == "1000.0");
  CHECK(scalar("-2.5E-7") == "-2.5e-07");
  CHECK(scalar("9223372036854775807") == "9223372036854775807");
  CHECK(scalar("9223372036854775808") == "9223372036854775808");
  CHECK(scalar("-99999999999999999999") == "-99999999999999999999");
  CHECK(scalar("+.12345678901234567890") == "0.12345678901234567890");
  CHECK(scalar("-123456789012345678.e5") == "-123456789012345678.0e5");
}

TEST_CASE("what YAML 1.1 took for something else is text") {
  for (const char* text :
       {"yes",   "no",    "on",    "off",   "y",          "n",     "010", "0123", "007",
        "-01",   "00.5",  "12:30", "22:22", "2024-01-01", "1_000", "0b1", "=",    "nULL",
        "tRUE",  "0x",    "0xG",   "0o8",   "1e",         "e5",    ".",   "-",    "+",
        "1.2.3", "0x1.5", "--5",   "+-5",   "infinity",   "nan",   "-0x5"}) {
    if (std::string_view(text) == "-") continue;  // a list item
    CHECK(scalar(text) == '"' + std::string(text) + '"');
  }
}

TEST_CASE("numbers that no double holds are refused, not changed") {
  CHECK(scalar("a: .inf") == "f.yaml:1:4: .inf is no finite number; quote it to mean text");
  CHECK(scalar("a: -.NaN") == "f.yaml:1:4: -.NaN is no finite number; quote it to mean text");
  CHECK(scalar("1e999") == "f.yaml:1:1: the number 1e999 is too large; quote it to mean text");
  CHECK(scalar("1e-999") == "0.0");
}

TEST_CASE("quotes, !!str and ! make text") {
  CHECK(read("[\"5\", '5', !!str 5, ! 5, \"\", '', !!str , \"null\"]") ==
        R"(["5","5","5","5","","","","null"])");
  CHECK(read("a: |\n  x\n  y\nb: >-\n  z\n  w\n") == R"({"a":"x\ny\n","b":"z w"})");
  CHECK(read("'it''s'") == "\"it's\"");
}

TEST_CASE("escapes in double quotes") {
  CHECK(read(R"("\_\_é\N\x41\xe9\u00e9\U0001F600\L\P\e\0")") ==
        "\"\u00A0\u00A0é\u0085A\u00E9\u00E9😀\u2028\u2029\\u001b\\u0000\"");
  CHECK(read("\"\\_\": 1\n") == "{\"\u00A0\":1}");
}

TEST_CASE("keys are text as they are written") {
  CHECK(read("1: a\ntrue: b\non: c\n010: d\n\"<<\": e\n") ==
        R"({"1":"a","true":"b","on":"c","010":"d","<<":"e"})");
}

TEST_CASE("an empty document is null") {
  for (const char* empty :
       {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\xEF\xBB\xBF"}) {
    CHECK(read(empty) == "null");
  }
}

TEST_CASE("values remember their place, and the place of their key") {
  auto value = parse_yaml("a: 1\nlong:\n  - x\n  - é: \"y\"\n    ü: z\nempty:\n", "f.yaml");
  REQUIRE(value.has_value());
  const auto at = [](const Value& v) { return std::pair(v.position().line, v.position().column); };
  const Value& list = *value->find("long");
  CHECK(at(*value->find("a")) == std::pair(1, 4));
  CHECK(at((*list.array())[0]) == std::pair(3, 5));
  CHECK(at(*(*list.array())[1].find("é")) == std::pair(4, 8));
  CHECK((*list.array())[1].find("ü")->key_position().column == 5);
  CHECK(list.key_position().line == 2);
  CHECK(at(*value->find("empty")) == std::pair(6, 1));
}

TEST_CASE("what orch does not take is named with its place and a cure") {
  CHECK(read("a: 1\na: 2\n") ==
        "f.yaml:2:1: \"a\" stands twice in one mapping; remove one of the two");
  CHECK(read("x: {b: 1, b: 2}\n") ==
        "f.yaml:1:11: \"b\" stands twice in one mapping; remove one of the two");
  CHECK(read("b: &x {c: 1}\na:\n  <<: *x\n") ==
        "f.yaml:3:3: merge keys (<<) are not supported; write the fields out");
  CHECK(read("a: &x [1]\nb: *x\n") ==
        "f.yaml:2:4: an alias of a list or mapping; write its content out");
  CHECK(read("a: &x 5\nb: *x\n") == R"({"a":5,"b":5})");
  CHECK(read("a: !!binary aGk=\n") == "f.yaml:1:4: the tag !!binary is not supported; remove it");
  CHECK(read("a: !env HOME\n") == "f.yaml:1:4: the tag !env is not supported; remove it");
  CHECK(read("a: !!set {b}\n") == "f.yaml:1:4: the tag !!set is not supported; remove it");
  CHECK(read("a: 1\n---\nb: 2\n") ==
        "f.yaml:2:1: a second document starts here; a file holds one: move this to a file of its "
        "own");
  CHECK(read("? [a]\n: b\n") == "f.yaml:1:3: a list or mapping cannot be a key; quote the text");
  CHECK(read("~: x\n") == "f.yaml:1:1: null cannot be a key; quote it");
  CHECK(read(": x\n") == "f.yaml:1:1: a key is missing before ':'");
}

TEST_CASE("mistakes that yaml-cpp lets pass are found") {
  CHECK(read("a: 'x\n") == "f.yaml:1:4: this quote is never closed");
  CHECK(read("a: \"x\nb: 1\n") == "f.yaml:1:4: this quote is never closed");
  CHECK(read("a: [\"x\\\"]\n") == "f.yaml:1:5: this quote is never closed");
  CHECK(read("a: &q 'it''s\n") == "f.yaml:1:7: this quote is never closed");
  CHECK(read("a: !!str x # it's\n") == R"({"a":"x"})");
  CHECK(read("a: |\n  it's\n") == R"({"a":"it's\n"})");
  CHECK(read("a: b\nc\n") == "f.yaml:2:1: a ':' is missing behind this key");
  CHECK(read("a: b\nc:\n") == R"({"a":"b","c":null})");
  CHECK(read("a: [1,,2]\n") == "f.yaml:1:7: an empty item; remove a ','");
  CHECK(read("a: [&x null, &y , 1]\n") == R"({"a":[null,null,1]})");
  CHECK(read("a: [1, null, ~]\n") == R"({"a":[1,null,null]})");
  CHECK(read("{a: 1} rest\n") ==
        "f.yaml:1:8: this does not belong to what stands above; check the indentation, brackets "
        "and quotes");
}

TEST_CASE("yaml-cpp's messages come with their cure") {
  const std::string tab =
      ": a tab in the indentation, where YAML allows spaces only; replace it by "
      "spaces";
  CHECK(read("a: 1\n\tb: 2\n") == "f.yaml:2:1" + tab);
  CHECK(read("a:\n\tb: 2\n") == "f.yaml:2:3" + tab);
  CHECK(read("a: b: c\n") ==
        "f.yaml:1:5: ':' cannot stand here; check the indentation, and quote text that holds ': '");
  CHECK(read("a: [1, 2\n") == "f.yaml:1:4: this bracket is never closed");
  CHECK(read("a:\n  b: {c: 1\nd: 5\n").starts_with("f.yaml:3:2: a ',' or '}' is missing"));
  CHECK(read("a: ]\n") ==
        "f.yaml:1:4: a closing bracket without its opening one; remove it or quote the text");
  CHECK(read("excludes: [*.tmp]\n") ==
        "f.yaml:1:12: '*' begins an alias and no anchor has this name; quote the text to mean a "
        "pattern");
  CHECK(read("a: @x\n") == "f.yaml:1:4: a value cannot begin with '@'; quote it");
  CHECK(read("a: \"\\q\"\n") ==
        "f.yaml:1:7: unknown escape in double quotes; write \\\\ for a backslash, or use single "
        "quotes");
  CHECK(read("a: \"x\" y\n") ==
        "f.yaml:1:8: text behind a closing quote; put the whole value in quotes");
  CHECK(read("a: {b: ${X}}\n") ==
        "f.yaml:1:9: a ',' or '}' is missing before this; inside brackets quote \"${…}\"");
  CHECK(read("a:\n   - 1\n  - 2\n").starts_with("f.yaml:3:3: this does not continue the "));
}

TEST_CASE("bytes that no text file holds") {
  CHECK(read(std::string_view("a: x\0y\n", 7)).starts_with("f.yaml:1:5: a control byte (0x00)"));
  CHECK(read("a: \x1b[2J\n").starts_with("f.yaml:1:4: a control byte (0x1b)"));
  CHECK(read("a: b\nü: \xFF\n") == "f.yaml:2:4: not UTF-8; save the file as UTF-8");
  CHECK(read("a: \xC3") == "f.yaml:1:4: not UTF-8; save the file as UTF-8");
  CHECK(read("a: \xED\xA0\x80") == "f.yaml:1:4: not UTF-8; save the file as UTF-8");
  CHECK(read(std::string_view("\xFF\xFE"
                              "a\0",
                              4)) == "f.yaml:1:1: this is UTF-16; save the file as UTF-8");
  CHECK(read("\xEF\xBB\xBF"
             "a: 1\r\nb: 2\r\n") == R"({"a":1,"b":2})");
}

TEST_CASE("JSON is YAML, with all that JSON allows") {
  CHECK(read("{\"a\":\"\\ud83d\\ude00\\/\",\n\t\"b\":[1.0,null]}") ==
        "{\"a\":\"😀/\",\"b\":[1.0,null]}");
  auto value = parse_yaml("{\n  \"a\": [1, {\"b\": \"x\\\"y\", \"c\": 2}]\n}", "f.json");
  REQUIRE(value.has_value());
  const Value& inner = (*value->find("a")->array())[1];
  CHECK(inner.find("c")->position().column == 31);
  CHECK(inner.find("c")->key_position().column == 26);
  CHECK(inner.find("c")->position().line == 2);
}

TEST_CASE("bombs end in an error") {
  std::string deep(200, '[');
  CHECK(read(deep + std::string(200, ']')) == "f.yaml:1:65: nested more than 64 levels deep");
  std::string laughs = "a: &a [x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    laughs += c + std::string(": &") + c + " [*" + static_cast<char>(c - 1) + "]\n";
  }
  CHECK(read(laughs).starts_with("f.yaml:2:8: an alias of a list"));
  std::string copies = "a: [&a " + std::string(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) copies += ", *a";
  CHECK(read(copies + "]").ends_with("the aliases stand for over 16 MiB of text"));
  std::string wide = "[";
  for (int i = 0; i < 1'000'001; ++i) wide += "1,";
  CHECK(read(wide + "1]") == "f.yaml:1:2000000: more than 1000000 values");
}

}  // namespace
}  // namespace orch::doc
