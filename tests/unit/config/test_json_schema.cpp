#include <doctest/doctest.h>

#include "base/text.h"
#include "config/json_schema.h"

namespace orch::config {
namespace {

// The part of the table's schema at a path of member names.
std::string part(const Field& table, std::string_view path) {
  const doc::Value schema = json_schema(table);
  const doc::Value* found = &schema;
  for (const std::string_view name : split(path, '/')) {
    found = found->find(name);
    if (found == nullptr) return "";
  }
  return doc::to_json(*found);
}

Field with(Field member) { return mapping("Job", "A job.", {std::move(member)}); }

TEST_CASE("the document says which schema it is") {
  const Field table = with(text("name", "A name."));
  CHECK(part(table, "$schema") == "\"https://json-schema.org/draft/2020-12/schema\"");
  CHECK(part(table, "title") == "\"Job\"");
  CHECK(part(table, "type") == "\"object\"");
  CHECK(part(table, "additionalProperties") == "false");
  CHECK(part(table, "properties/name") == R"({"type":"string","description":"A name."})");
}

TEST_CASE("kinds, bounds and defaults") {
  CHECK(part(with(integer("n", "x").between("1", "9").by_default("2")), "properties/n") ==
        R"({"anyOf":[{"type":"integer","minimum":1,"maximum":9},{"$ref":"#/$defs/variable"}],)"
        R"("description":"x","default":2})");
  CHECK(part(with(text("t", "x").one_of({"a", "b"}).by_default("a")), "properties/t") ==
        R"({"anyOf":[{"type":"string","enum":["a","b"]},{"$ref":"#/$defs/variable"}],)"
        R"("description":"x","default":"a"})");
  CHECK(part(with(duration("d", "x").by_default("500ms")), "properties/d/default") == "\"500ms\"");
  CHECK(part(with(list("l", "x", text("", ""))), "properties/l") ==
        R"({"type":"array","items":{"type":"string"},"description":"x"})");
  CHECK(part(with(map_of("m", "x", secret("", ""))), "properties/m") ==
        R"({"type":"object","additionalProperties":{"$ref":"#/$defs/secret"},"description":"x"})");
  CHECK(part(with(any("a", "x")), "properties/a") == R"({"description":"x"})");
  CHECK(part(with(mapping("m", "x", {}).or_a(kBoolean)), "properties/m/anyOf") ==
        R"([{"type":"boolean"},{"type":"object","properties":{},"additionalProperties":false},)"
        R"({"$ref":"#/$defs/variable"}])");
}

TEST_CASE("required fields and groups") {
  CHECK(part(with(text("name", "x").required()), "allOf") == R"([{"required":["name"]}])");
  CHECK(part(with(text("name", "x").required().alias("job_name")), "allOf") ==
        R"([{"anyOf":[{"required":["name"]},{"required":["job_name"]}]}])");
  CHECK(part(mapping("T", "", {text("a", ""), text("b", "")}).exactly_one_of({"a", "b"}),
             "allOf") == R"([{"oneOf":[{"required":["a"]},{"required":["b"]}]}])");
  CHECK(part(mapping("T", "", {text("a", ""), text("b", "")}).at_most_one_of({"a", "b"}),
             "allOf") == R"([{"oneOf":[{"required":["a"]},{"required":["b"]},)"
                         R"({"not":{"anyOf":[{"required":["a"]},{"required":["b"]}]}}]}])");
}

TEST_CASE("flat names are accepted and discouraged") {
  const Field table =
      with(mapping("output", "x", {text("storage", "y").required().alias("output_storage")}));
  CHECK(part(table, "properties/output_storage") ==
        R"({"type":"string","description":"Another name of output.storage.","deprecated":true})");
  CHECK(part(table, "properties/output/allOf").empty());
}

}  // namespace
}  // namespace orch::config
