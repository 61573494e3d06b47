#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "config/kinds.h"
#include "config/prepare.h"
#include "config/suggest.h"

namespace orch::config {
namespace {

class Checker {
 public:
  Checker(const Field& root, Report& report) : root_(root), report_(report) {}

  void check(const doc::Value& value, const Field& field, const std::string& path) {
    if (field.allows(kAny)) return;
    const unsigned kinds = fitting_kinds(value, field);
    if (kinds == 0) return report_.mistake(value, path, wrong_kind(value, field));
    if (const auto* items = value.array()) return check_items(*items, field, path);
    if (value.object() != nullptr) return check_mapping(value, field, path);
    if (const std::string wrong = wrong_value(value, field); !wrong.empty()) {
      report_.mistake(value, path, wrong);
    }
  }

 private:
  void check_items(const doc::Value::Array& items, const Field& field, const std::string& path) {
    if (field.each.empty() || field.each.front().allows(kAny)) return;
    for (std::size_t i = 0; i < items.size(); ++i) {
      check(items[i], field.each.front(), item_path(path, i));
    }
  }

  void check_mapping(const doc::Value& value, const Field& field, const std::string& path) {
    const Field& shape = field.allows(kMapping) ? field : secret_forms();
    for (const auto& [name, member] : *value.object()) {
      const std::string inner = member_path(path, name);
      if (const Field* known = shape.find(name)) {
        check(member, *known, inner);
      } else if (!shape.each.empty()) {
        check(member, shape.each.front(), inner);
      } else if (shape.keeps_unknown) {
        report_.warn(member, inner, "not a field that orch knows; it is passed on");
      } else {
        report_.mistake_at_key(member, inner, unknown_field(name, shape, root_));
      }
    }
    for (const Field& member : shape.fields) {
      if (!member.is_required || value.find(member.name) != nullptr) continue;
      report_.missing(value, member_path(path, member.name), "missing; " + how_to_give(member));
    }
    for (const Field::Group& group : shape.groups) check_group(value, group, path);
  }

  void check_group(const doc::Value& value, const Field::Group& group, const std::string& path) {
    const doc::Value* first = nullptr;
    std::string_view first_name;
    for (const auto& [name, member] : *value.object()) {
      if (std::find(group.names.begin(), group.names.end(), name) == group.names.end()) continue;
      if (first != nullptr) {
        report_.mistake_at_key(
            member, member_path(path, name),
            fmt::format("cannot stand beside {}; remove one of the two", first_name));
        return;
      }
      first = &member;
      first_name = name;
    }
    if (first == nullptr && group.exactly) {
      report_.missing(value, path, fmt::format("needs one of {}", any_of(group.names)));
    }
  }

  static std::string how_to_give(const Field& field) {
    return field.about.empty() ? fmt::format("add {}", describe_kinds(field))
                               : fmt::format("add it: {}", field.about);
  }

  const Field& root_;
  Report& report_;
};

}  // namespace

void check(const doc::Value& document, const Field& table, Report& report) {
  if (document.is_null()) return report.missing(document, "", "the file says nothing");
  Checker(table, report).check(document, table, "");
}

}  // namespace orch::config
