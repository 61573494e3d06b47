#include <doctest/doctest.h>

#include "doc/json_slice.h"

namespace orch::doc {
namespace {

TEST_CASE("members are slices of the line, byte for byte") {
  const auto slices = slice_object(
      "  {\"id\" : 17 , \"result\":{\"p\": 1.0,\"q\":[1e5,\"}\\\"\"]},\"error\": null}\t\r\n");
  REQUIRE(slices);
  CHECK(slices->count == 3);
  CHECK(slices->find("id") == "17");
  CHECK(slices->find("result") == "{\"p\": 1.0,\"q\":[1e5,\"}\\\"\"]}");
  CHECK(slices->find("error") == "null");
  CHECK(slices->find("p").data() == nullptr);
  CHECK(slices->members[1].key == "result");
  CHECK(slice_object("{}")->count == 0);
}

TEST_CASE("escaped keys are found and compared decoded") {
  CHECK(slice_object(R"({"\u0069d":1})")->find("id") == "1");
  CHECK_FALSE(slice_object(R"({"\u0069d":1,"id":2})"));
}

TEST_CASE("sixteen members at most, no duplicates") {
  std::string line = "{";
  for (int i = 0; i < 16; ++i) line += "\"" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  line.back() = '}';
  CHECK(slice_object(line)->find("15") == "15");
  line.back() = ',';
  CHECK_FALSE(slice_object(line + "\"16\":1}"));
  CHECK_FALSE(slice_object(R"({"a":1,"a":2})"));
}

TEST_CASE("what is not one object is refused") {
  for (const char* line : {"",
                           " ",
                           "1",
                           "[]",
                           "null",
                           "{",
                           "}",
                           "{}{}",
                           "{} x",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{a:1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":-}",
                           "{\"a\":1e}",
                           "{\"a\":1e+}",
                           "{\"a\":tru}",
                           "{\"a\":True}",
                           "{\"a\":NaN}",
                           "{\"a\":'x'}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\\udc00\"}",
                           "{\"a\":\"\\ud800\\u0041\"}",
                           "{\"a\":\"",
                           "{\"a\":\"\n\"}",
                           "{\"a\":[1,]}",
                           "{\"a\":[}",
                           "{\"a\":[1}",
                           "{\"a\":{]}",
                           "{\"a\":[1 2]}",
                           "{\"a\":{\"b\":1]}",
                           "{\"a\":1e400}",
                           "\xEF\xBB\xBF{}",
                           "{\"a\":\"\xC0\x80\"}",
                           "{\"a\":\"\xED\xA0\x80\"}",
                           "{\"a\":\"\xF4\x90\x80\x80\"}",
                           "{\"a\":\"\xE9\"}",
                           "{\"a\":1}\f"}) {
    CHECK_FALSE_MESSAGE(slice_object(line), line);
  }
}

TEST_CASE("64 levels and no more") {
  const std::string open(63, '[');
  const std::string close(63, ']');
  CHECK(slice_object("{\"a\":" + open + close + "}"));
  CHECK_FALSE(slice_object("{\"a\":[" + open + close + "]}"));
  CHECK(is_json("[" + open + close + "]"));
  CHECK_FALSE(is_json("[[" + open + close + "]]"));
  CHECK(is_json("{\"a\":{\"a\":" + std::string(62, '[') + "{}" + std::string(62, ']') + "}}") ==
        false);
}

TEST_CASE("is_json takes any value") {
  for (const char* text : {" 1 ", "\"x\"", "true", "null", "[1,{\"a\":[]}]", "-0.5e+10"}) {
    CHECK_MESSAGE(is_json(text), text);
  }
  for (const char* text : {"", "1 2", "nul", "\"", "[", "]"})
    CHECK_FALSE_MESSAGE(is_json(text), text);
}

TEST_CASE("strings are decoded") {
  CHECK(decode_string(R"("a\n\t\r\b\f\"\\\/")") == "a\n\t\r\b\f\"\\/");
  CHECK(decode_string(R"("\u00e9\u5b57\ud83d\ude00\u0000")") == std::string("é字😀\0", 10));
  CHECK(decode_string("\"é\"") == "é");
  CHECK(decode_string("\"\"") == "");
  for (const char* raw :
       {"", "\"", "a", "1", "\"a", "\"a\" ", "\"\\", "\"\\\"", "\"a\"b\"", "null"}) {
    CHECK_FALSE_MESSAGE(decode_string(raw), raw);
  }
}

TEST_CASE("quotes, backslashes and bad bytes are seen at every offset of a word") {
  for (int offset = 0; offset < 20; ++offset) {
    const std::string before(static_cast<std::size_t>(offset), 'x');
    CHECK(slice_object("{\"a\":\"" + before + "\"}"));
    CHECK(decode_string("\"" + before + "\\n" + before + "\"") == before + "\n" + before);
    CHECK(is_json("\"" + before + "\xC3\xA9" + before + "\""));
    CHECK_FALSE(is_json("\"" + before + "\x1F" + before + "\""));
    CHECK_FALSE(is_json("\"" + before + "\x80" + before + "\""));
    CHECK_FALSE(is_json("\"" + before));
  }
}

}  // namespace
}  // namespace orch::doc
