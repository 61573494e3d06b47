#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "doc/value.h"

namespace orch::doc {
namespace {

std::string read(std::string_view text) {
  auto value = parse_json(text, "f.json");
  return value ? to_json(*value) : value.error().message;
}

TEST_CASE("what is read is written again byte for byte") {
  for (const char* text :
       {R"({"a":1,"b":[true,false,null],"c":{"d":"x"}})", "1.0", "0.1", "-0.0", "1", "-5", "[]",
        "{}", "9223372036854775807", "-9223372036854775808", "18446744073709551616",
        "3.14159265358979323846", "\"\\\"\\\\\\n\\r\\t\\u0001\"", "\"é😀\"", "1.0e+22", "5.0e-324",
        "1.7976931348623157e+308", "123456.789"}) {
    CHECK(read(text) == text);
  }
}

TEST_CASE("numbers keep their value and their kind") {
  CHECK(read("1e2") == "100.0");
  CHECK(read("-0") == "-0.0");
  CHECK(read("1E-400") == "0.0");
  CHECK(parse_json("1.0")->real() != nullptr);
  CHECK(parse_json("1")->integer() != nullptr);
  CHECK(parse_json("18446744073709551615")->big_number() != nullptr);
  CHECK(read("1e400") == "f.json:1:5: not JSON: a number too large for a double");
  CHECK(to_json(Value(std::uint64_t{5})) == "5");
  CHECK(to_json(Value(std::numeric_limits<std::uint64_t>::max())) == "18446744073709551615");
}

TEST_CASE("the order of members is kept") { CHECK(read(R"({"z":1,"a":2})") == R"({"z":1,"a":2})"); }

TEST_CASE("what is not JSON is refused with its place") {
  CHECK(read("").starts_with("f.json:1:1: not JSON: "));
  CHECK(read("{\"a\":1,}").starts_with("f.json:1:8: not JSON: "));
  CHECK(read("{\n \"a\" 1}").starts_with("f.json:2:6: not JSON: "));
  CHECK(read("[1] 2").starts_with("f.json:1:5: not JSON: "));
  CHECK(read(std::string_view("2\0", 2)) == "f.json:1:2: not JSON: more behind the value");
  CHECK(read(std::string_view("{} \0{}", 6)) == "f.json:1:4: not JSON: more behind the value");
  CHECK_FALSE(parse_json(std::string_view("[1\0]", 4)));
  CHECK(read("NaN").starts_with("f.json:1:1: not JSON: "));
  CHECK(read("\"\\ud800\"").starts_with("f.json:1:"));
  CHECK(read("\"\xFF\"").starts_with("f.json:1:"));
  CHECK(read("\"a\nb\"").starts_with("f.json:1:3: not JSON: "));
  CHECK(read("\xEF\xBB\xBF{}") == "f.json:1:1: not JSON: it starts with a byte order mark");
  CHECK(parse_json("[").error().code == ErrorCode::invalid_file);
}

TEST_CASE("an error never repeats the text: an answer may hold a secret") {
  CHECK(read(R"({"token":"hunter2"x})").find("hunter2") == std::string::npos);
  CHECK(read(R"({"token":"hunter2)").find("hunter2") == std::string::npos);
  CHECK(read("hunter2").find("hunter2") == std::string::npos);
}

TEST_CASE("duplicate keys and deep nesting are refused") {
  CHECK(read(R"({"a":1,"b":{"c":1,"c":2}})") ==
        "f.json:1:19: \"c\" stands twice in one mapping; remove one of the two");
  CHECK(read(R"({"a":1,"\u0061":2})").find("stands twice") != std::string::npos);
  std::string wide = "{";
  for (int i = 0; i < 40; ++i) wide += "\"k" + std::to_string(i) + "\":1,";
  CHECK(read(wide + "\"k17\":1}").find("\"k17\" stands twice") != std::string::npos);
  CHECK(read(wide + "\"k5\":1}").find("\"k5\" stands twice") != std::string::npos);
  CHECK(read(wide + "\"k40\":1}").starts_with("{"));
  const std::string deep(64, '[');
  CHECK(read(deep + std::string(64, ']')) == deep + std::string(64, ']'));
  CHECK(read("[" + deep + std::string(65, ']')) == "f.json:1:65: nested more than 64 levels deep");
  CHECK(read(std::string(2'000'000, '[')).starts_with("f.json:1:65: nested"));
}

TEST_CASE("bytes that are not UTF-8 are printed as U+FFFD") {
  CHECK(to_json(Value(std::string("a\xFF"
                                  "b"))) == "\"a\uFFFDb\"");
}

TEST_CASE("doubles that JSON cannot say are null") {
  CHECK(to_json(Value(std::nan(""))) == "null");
  CHECK(to_json(Value(-std::numeric_limits<double>::infinity())) == "null");
}

TEST_CASE("pretty JSON") {
  CHECK(to_pretty_json(*parse_json(R"({"a":[1,{}],"b":[]})")) ==
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n");
  CHECK(to_pretty_json(Value("x")) == "\"x\"\n");
}

TEST_CASE("values are found and set by name") {
  Value value;
  value.set("a", 1);
  value.set("b", "x");
  value.set("a", 2.5);
  CHECK(to_json(value) == R"({"a":2.5,"b":"x"})");
  CHECK(value.find("c") == nullptr);
  CHECK(Value(5).find("a") == nullptr);
  CHECK(value.find("b")->kind_name() == "text");
}

}  // namespace
}  // namespace orch::doc
