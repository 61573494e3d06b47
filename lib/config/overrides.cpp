#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/kinds.h"
#include "config/prepare.h"
#include "config/suggest.h"

namespace orch::config {
namespace {

// "input.list[0].input" and "input.list.0.input" as input, list, 0, input.
std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> found;
  for (std::string_view part : split(path, '.')) {
    const std::size_t bracket = part.ends_with(']') ? part.find('[') : std::string_view::npos;
    found.emplace_back(part.substr(0, bracket));
    if (bracket == std::string_view::npos) continue;
    part.remove_prefix(bracket + 1);
    part.remove_suffix(1);
    for (const std::string_view index : split(part, '[')) {
      found.emplace_back(index.ends_with(']') ? index.substr(0, index.size() - 1) : index);
    }
  }
  return found;
}

// The dotted path of the field with this flat name, empty when there is none.
std::string path_of_alias(std::string_view alias, const Field& field, const std::string& path) {
  for (const Field& member : field.fields) {
    std::string inner = member_path(path, member.name);
    const auto& aliases = member.aliases;
    if (std::find(aliases.begin(), aliases.end(), alias) != aliases.end()) return inner;
    std::string deeper = path_of_alias(alias, member, inner);
    if (!deeper.empty()) return deeper;
  }
  return {};
}

void mark_as_set(doc::Value& value) {
  value.set_position(kFromSet);
  value.set_key_position(kFromSet);
  if (auto* items = value.array()) {
    for (doc::Value& item : *items) mark_as_set(item);
  }
  if (auto* members = value.object()) {
    for (auto& member : *members) mark_as_set(member.second);
  }
}

class Setter {
 public:
  Setter(doc::Value& document, const Field& root, Report& report)
      : document_(document), root_(root), report_(report) {}

  void set(std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return mistake(fmt::format("\"{}\"", fit(printable(assignment), 60)), "write PATH=VALUE");
    }
    std::string path(assignment.substr(0, equals));
    if (const std::string meant = path_of_alias(path, root_, ""); !meant.empty()) path = meant;
    doc::Value* place = &document_;
    const Field* field = &root_;
    std::string walked;
    for (const std::string& segment : segments(path)) {
      place = step(*place, field, segment, walked);
      if (place == nullptr) return;
    }
    doc::Value value = value_from_text(assignment.substr(equals + 1), *field);
    mark_as_set(value);
    *place = std::move(value);
  }

 private:
  void mistake(std::string_view path, std::string_view what) {
    doc::Value nowhere;
    nowhere.set_position(kFromSet);
    report_.mistake(nowhere, path, what);
  }

  // The member or item `segment` of `place`, made when absent; `field` becomes its field.
  doc::Value* step(doc::Value& place, const Field*& field, const std::string& segment,
                   std::string& walked) {
    const auto index = parse_integer(segment);
    const bool into_list = index && (field->allows(kList) || place.array() != nullptr) &&
                           field->find(segment) == nullptr && place.object() == nullptr;
    if (into_list) return item(place, field, *index, walked);
    const Field* known = member_field(*field, segment);
    if (known == nullptr) {
      const bool has_members = field->allows(kMapping) || field->allows(kSecret);
      mistake(member_path(walked, segment),
              has_members
                  ? unknown_field(segment, *field, root_)
                  : fmt::format("unknown field; {} must be {}", walked, describe_kinds(*field)));
      return nullptr;
    }
    if (place.object() == nullptr) {
      place = doc::Value(doc::Value::Object{});
      mark_as_set(place);
    }
    remove_rivals(place, *field, segment);
    field = known;
    walked = member_path(walked, segment);
    doc::Value* member = place.find(segment);
    return member != nullptr ? member : &place.set(segment, doc::Value());
  }

  doc::Value* item(doc::Value& place, const Field*& field, std::int64_t index,
                   std::string& walked) {
    if (place.array() == nullptr) {
      place = doc::Value(doc::Value::Array{});
      mark_as_set(place);
    }
    auto& items = *place.array();
    const auto count = static_cast<std::int64_t>(items.size());
    walked = fmt::format("{}[{}]", walked, index);
    if (index < 0 || index > count) {
      mistake(walked, fmt::format("the list has {} items; {} appends one", count, count));
      return nullptr;
    }
    if (index == count) items.emplace_back();
    static const Field anything = any("", "");
    field = field->each.empty() ? &anything : &field->each.front();
    return &items[static_cast<std::size_t>(index)];
  }

  static const Field* member_field(const Field& field, std::string_view name) {
    if (field.allows(kAny)) return &field;
    if (const Field* known = field.find(name)) return known;
    if (field.allows(kMapping) && !field.each.empty()) return &field.each.front();
    if (field.keeps_unknown) {
      static const Field anything = any("", "");
      return &anything;
    }
    return field.allows(kSecret) ? secret_forms().find(name) : nullptr;
  }

  // What the file gave instead of this member: --set takes its place.
  static void remove_rivals(doc::Value& place, const Field& field, std::string_view name) {
    const Field& shape = field.allows(kSecret) && !field.allows(kMapping) ? secret_forms() : field;
    for (const Field::Group& group : shape.groups) {
      const auto& names = group.names;
      if (std::find(names.begin(), names.end(), name) == names.end()) continue;
      std::erase_if(*place.object(), [&](const doc::Value::Member& member) {
        return member.first != name &&
               std::find(names.begin(), names.end(), member.first) != names.end();
      });
    }
  }

  doc::Value& document_;
  const Field& root_;
  Report& report_;
};

}  // namespace

void apply_set(doc::Value& document, const Field& table, const std::vector<std::string>& set,
               Report& report) {
  if (document.is_null() && !set.empty()) document = doc::Value(doc::Value::Object{});
  for (const std::string& assignment : set) Setter(document, table, report).set(assignment);
}

}  // namespace orch::config
