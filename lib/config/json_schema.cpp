#include "config/json_schema.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "config/kinds.h"

namespace orch::config {
namespace {

using doc::Value;

Value schema_of(const Field& field);

Value reference(std::string_view definition) {
  return Value(Value::Object{{"$ref", fmt::format("#/$defs/{}", definition)}});
}

Value typed(std::string_view type) { return Value(Value::Object{{"type", type}}); }

Value strings(const std::vector<std::string_view>& texts) {
  Value::Array list;
  for (const std::string_view text : texts) list.emplace_back(text);
  return list;
}

// A number as the table spells it.
Value spelled(std::string_view number) {
  if (const auto integer = parse_integer(number)) return *integer;
  return parse_number(number).value_or(0);
}

Value number_schema(std::string_view type, const Field& field) {
  Value schema = typed(type);
  if (!field.least.empty()) schema.set("minimum", spelled(field.least));
  if (!field.most.empty()) schema.set("maximum", spelled(field.most));
  return schema;
}

Value text_schema(const Field& field) {
  Value schema = typed("string");
  if (!field.choices.empty()) schema.set("enum", strings(field.choices));
  if (!field.spelling.pattern.empty()) schema.set("pattern", field.spelling.pattern);
  return schema;
}

Value list_schema(const Field& field) {
  Value schema = typed("array");
  if (!field.each.empty()) schema.set("items", schema_of(field.each.front()));
  return schema;
}

void collect_aliases(const Field& field, const std::string& path, Value& properties) {
  for (const Field& member : field.fields) {
    const std::string inner = member_path(path, member.name);
    for (const std::string_view alias : member.aliases) {
      Value schema = schema_of(member);
      schema.set("description", fmt::format("Another name of {}.", inner));
      schema.set("deprecated", true);
      properties.set(alias, std::move(schema));
    }
    collect_aliases(member, inner, properties);
  }
}

Value given(std::string_view name) {
  return Value(Value::Object{{"required", Value::Array{Value(name)}}});
}

// One of the names must be given; with `or_none` one of them may be.
Value one_given(const std::vector<std::string_view>& names, bool or_none) {
  Value::Array cases;
  for (const std::string_view name : names) cases.push_back(given(name));
  if (or_none) {
    Value any{Value::Object{{"anyOf", cases}}};
    cases.emplace_back(Value::Object{{"not", std::move(any)}});
  }
  return Value(Value::Object{{"oneOf", std::move(cases)}});
}

void aliases_below(const Field& field, std::vector<std::string_view>& names) {
  names.insert(names.end(), field.aliases.begin(), field.aliases.end());
  for (const Field& member : field.fields) aliases_below(member, names);
}

bool has_alias(const Field& field) {
  std::vector<std::string_view> names;
  aliases_below(field, names);
  return !names.empty();
}

// What must be given. A field with a flat name may be given there: at the top of the file either
// will do, further down nothing can be asked.
Value conditions(const Field& field, bool is_root) {
  Value::Array all;
  Value::Array required;
  for (const Field& member : field.fields) {
    if (!member.is_required) continue;
    std::vector<std::string_view> names = {member.name};
    aliases_below(member, names);
    if (names.size() == 1) required.emplace_back(member.name);
    if (names.size() == 1 || !is_root) continue;
    Value::Array cases;
    for (const std::string_view name : names) cases.push_back(given(name));
    all.emplace_back(Value::Object{{"anyOf", std::move(cases)}});
  }
  if (!required.empty()) all.emplace_back(Value::Object{{"required", std::move(required)}});
  for (const Field::Group& group : field.groups) {
    const bool by_alias =
        std::any_of(group.names.begin(), group.names.end(), [&](std::string_view name) {
          const Field* member = field.find(name);
          return member != nullptr && has_alias(*member);
        });
    all.push_back(one_given(group.names, !group.exactly || by_alias));
  }
  return all;
}

Value mapping_schema(const Field& field, bool is_root) {
  Value schema = typed("object");
  if (!field.each.empty()) {
    schema.set("additionalProperties", schema_of(field.each.front()));
    return schema;
  }
  Value properties{Value::Object{}};
  for (const Field& member : field.fields) properties.set(member.name, schema_of(member));
  if (is_root) collect_aliases(field, "", properties);
  schema.set("properties", std::move(properties));
  if (!field.keeps_unknown) schema.set("additionalProperties", false);
  if (Value all = conditions(field, is_root); !all.array()->empty())
    schema.set("allOf", std::move(all));
  return schema;
}

Value::Array alternatives(const Field& field) {
  Value::Array found;
  if (field.allows(kText)) found.push_back(text_schema(field));
  if (field.allows(kInteger)) found.push_back(number_schema("integer", field));
  if (field.allows(kNumber)) found.push_back(number_schema("number", field));
  if (field.allows(kBoolean)) found.push_back(typed("boolean"));
  if (field.allows(kDuration)) found.push_back(reference("duration"));
  if (field.allows(kSize)) found.push_back(reference("size"));
  if (field.allows(kList)) found.push_back(list_schema(field));
  if (field.allows(kMapping)) found.push_back(mapping_schema(field, false));
  if (field.allows(kSecret)) found.push_back(reference("secret"));
  // A text with a variable may stand for any scalar but a text without choices, which it is.
  constexpr unsigned kScalars = kInteger | kNumber | kBoolean | kDuration | kSize;
  const bool bound_text = !field.choices.empty() || !field.spelling.pattern.empty();
  const bool free_text = field.allows(kText) && !bound_text;
  if (!free_text && ((field.kinds & kScalars) != 0 || bound_text)) {
    found.push_back(reference("variable"));
  }
  return found;
}

Value schema_of(const Field& field) {
  Value schema{Value::Object{}};
  if (!field.allows(kAny)) {
    Value::Array found = alternatives(field);
    if (found.size() == 1) {
      schema = std::move(found.front());
    } else {
      schema.set("anyOf", std::move(found));
    }
  }
  if (!field.about.empty()) schema.set("description", field.about);
  if (field.fallback.empty()) return schema;
  schema.set("default", value_from_text(field.fallback, field));
  return schema;
}

Value pattern(std::string_view description, std::string_view expression) {
  Value schema = typed("string");
  schema.set("description", description);
  schema.set("pattern", expression);
  return schema;
}

Value definitions() {
  Value size{Value::Object{}};
  Value bytes = typed("integer");
  bytes.set("minimum", 0);
  size.set("anyOf",
           Value::Array{std::move(bytes), pattern("Such as 64KiB or 5MB.",
                                                  "^[0-9]+(\\.[0-9]+)?([kKMGT]B|[KMGT]iB|B)?$")});
  Value secret{Value::Object{}};
  secret.set("description", "Text, or a mapping that says where the value is.");
  secret.set("anyOf", Value::Array{typed("string"), mapping_schema(secret_forms(), false)});
  Value all{Value::Object{}};
  all.set("duration", pattern("Such as 500ms, 90s, 15m or 2h.", "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$"));
  all.set("size", std::move(size));
  all.set("secret", std::move(secret));
  all.set("variable", pattern("A variable of orch's environment: ${NAME} or ${NAME:-default}.",
                              "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}"));
  return all;
}

}  // namespace

Value json_schema(const Field& table) {
  Value schema{Value::Object{}};
  schema.set("$schema", "https://json-schema.org/draft/2020-12/schema");
  schema.set("title", table.name);
  if (!table.about.empty()) schema.set("description", table.about);
  const Value body = mapping_schema(table, true);
  for (const auto& [name, value] : *body.object()) schema.set(name, value);
  schema.set("$defs", definitions());
  return schema;
}

}  // namespace orch::config
