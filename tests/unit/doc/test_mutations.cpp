// Two independent readers of JSON must agree on what is JSON; no document may crash a reader.
#include <doctest/doctest.h>

#include <array>

#include "base/text.h"
#include "doc/json_slice.h"
#include "doc/value.h"
#include "support/mutate.h"

namespace orch::doc {
namespace {

void check_agreement(const std::string& text) {
  const auto value = parse_json(text);
  // The grammar walk does not look for duplicate keys below the top.
  if (!value && value.error().message.find("stands twice") != std::string::npos) return;
  const bool valid = value.has_value();
  const bool is_object = valid && value->object() != nullptr;
  const auto slices = slice_object(text);
  if (is_json(text) != valid) FAIL_CHECK("is_json and parse_json differ: ", printable(text));
  if (slices.has_value() != is_object) FAIL_CHECK("slice_object differs: ", printable(text));
  if (!slices || !is_object) return;
  REQUIRE(slices->count == value->object()->size());
  for (std::size_t i = 0; i < slices->count; ++i) {
    const auto& [key, member] = (*value->object())[i];
    const auto& slice = slices->members[i];
    CHECK(decode_string('"' + std::string(slice.key) + '"') == key);
    const auto again = parse_json(slice.value);
    REQUIRE_MESSAGE(again.has_value(), printable(text));
    CHECK(*again == member);
    if (const auto* string = member.string()) CHECK(decode_string(slice.value) == *string);
  }
}

TEST_CASE("every short text over the alphabet of JSON is judged alike") {
  constexpr std::string_view kAlphabet = "{}[],:\"\\01-.e ";
  std::array<std::size_t, 4> digits{};
  for (std::size_t length = 0; length <= digits.size(); ++length) {
    std::size_t total = 1;
    for (std::size_t i = 0; i < length; ++i) total *= kAlphabet.size();
    for (std::size_t n = 0; n < total; ++n) {
      std::string text;
      for (std::size_t i = 0, rest = n; i < length; ++i, rest /= kAlphabet.size()) {
        text += kAlphabet[rest % kAlphabet.size()];
      }
      if (length < digits.size()) check_agreement(text);
      check_agreement("{\"a\":" + text + "}");
    }
  }
}

TEST_CASE("pairs of bytes in a string are judged alike") {
  for (const unsigned first :
       {0x00U, 0x1FU, 0x20U, 0x22U, 0x5CU, 0x7FU, 0x80U, 0xBFU, 0xC0U, 0xC1U, 0xC2U,
        0xDFU, 0xE0U, 0xE1U, 0xEDU, 0xEEU, 0xEFU, 0xF0U, 0xF1U, 0xF4U, 0xF5U, 0xFFU}) {
    for (unsigned second = 0; second < 256; ++second) {
      std::string text = "{\"";
      text += static_cast<char>(first);
      text += static_cast<char>(second);
      check_agreement(text + "\":1}");
      check_agreement(text + "\x80\":1}");
    }
  }
}

TEST_CASE("random JSON, whole and damaged, is judged alike") {
  test::Mutator random(20260101);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = random.json_object();
    const auto value = parse_json(text);
    REQUIRE_MESSAGE(value.has_value(), text);
    check_agreement(text);
    check_agreement(random.damage(text));
    CHECK(*parse_json(to_json(*value)) == *value);
    CHECK(*parse_yaml(to_yaml(*value), "f") == *value);
  }
}

TEST_CASE("damaged YAML is a value or an error with a place") {
  constexpr std::string_view kJob =
      "name: birds  # comment\ninput: {list: [a, 'b', \"c\\n\"]}\non: &x local\nagain: *x\n"
      "pipeline:\n  inference:\n    run: [python3, infer.py]\n    batch: {size: 32}\n"
      "text: |\n  one\n  two\nfolded: >-\n  a\n  b\n\"quoted\": !!str 5\nrows:\n- {a: 1}\n- b: 2\n"
      "  c: ~\n? explicit\n: 1.5e3\n";
  REQUIRE(parse_yaml(kJob, "f").has_value());
  test::Mutator random(7);
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string text = random.damage(std::string(kJob));
    const auto value = parse_yaml(text, "f.yaml");
    if (value) {
      const auto again = parse_yaml(to_yaml(*value), "g");
      REQUIRE_MESSAGE(again.has_value(), to_yaml(*value));
      CHECK(*again == *value);
      continue;
    }
    ++refused;
    const std::string& message = value.error().message;
    CHECK(message.starts_with("f.yaml:"));
    CHECK(is_utf8(message));
    CHECK(message.find('\n') == std::string::npos);
  }
  CHECK(refused > 1000);
}

}  // namespace
}  // namespace orch::doc
