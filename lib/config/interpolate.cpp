#include <fmt/core.h>

#include "base/text.h"
#include "config/kinds.h"
#include "config/prepare.h"

namespace orch::config {
namespace {

bool is_variable_name(std::string_view name) {
  constexpr std::string_view kFirst = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view kMore =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !name.empty() && kFirst.find(name[0]) != std::string_view::npos &&
         name.find_first_not_of(kMore) == std::string_view::npos;
}

class Interpolator {
 public:
  Interpolator(const EnvMap& environment, Report& report)
      : environment_(environment), report_(report) {}

  void walk(doc::Value& value, const Field* field, const std::string& path) {
    if (is_from_set(value)) return;
    if (auto* items = value.array()) {
      const Field* each = field != nullptr && !field->each.empty() ? &field->each.front() : nullptr;
      for (std::size_t i = 0; i < items->size(); ++i) {
        walk((*items)[i], each, item_path(path, i));
      }
    } else if (auto* members = value.object()) {
      for (auto& [name, member] : *members) {
        walk(member, member_field(field, name), member_path(path, name));
      }
    } else if (value.string() != nullptr) {
      replace(value, field, path);
    }
  }

 private:
  static const Field* member_field(const Field* field, std::string_view name) {
    if (field == nullptr) return nullptr;
    if (const Field* known = field->find(name)) return known;
    return field->allows(kMapping) && !field->each.empty() ? &field->each.front() : nullptr;
  }

  void replace(doc::Value& value, const Field* field, const std::string& path) {
    const std::string& text = *value.string();
    if (text.find('$') == std::string::npos) return;
    std::string mistake;
    const std::string replaced = expand(text, mistake);
    if (!mistake.empty()) return report_.mistake(value, path, mistake);
    doc::Value result = spelled(replaced, field);
    result.set_position(value.position());
    result.set_key_position(value.key_position());
    value = std::move(result);
  }

  // The number or boolean that the text spells, where the field takes no text.
  static doc::Value spelled(const std::string& text, const Field* field) {
    if (field == nullptr || fitting_kinds(doc::Value(text), *field) != 0) return text;
    doc::Value value = value_from_text(text, *field);
    const bool scalar = value.array() == nullptr && value.object() == nullptr;
    return scalar && !value.is_null() ? value : doc::Value(text);
  }

  std::string expand(std::string_view text, std::string& mistake) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t dollar = text.find('$');
      out += text.substr(0, dollar);
      if (dollar == std::string_view::npos) break;
      text.remove_prefix(dollar);
      if (text.starts_with("$$")) {
        out += '$';
        text.remove_prefix(2);
      } else if (text.starts_with("${")) {
        const std::size_t end = text.find('}');
        const std::string_view inside =
            text.substr(2, end == std::string_view::npos ? end : end - 2);
        if (end == std::string_view::npos || !append(inside, out, mistake)) {
          if (mistake.empty()) {
            mistake = fmt::format(
                "cannot read ${{{}; write ${{NAME}} or ${{NAME:-default}}, and "
                "$$ for a dollar",
                fit(printable(inside), 40));
          }
          return {};
        }
        text.remove_prefix(end + 1);
      } else {
        out += '$';
        text.remove_prefix(1);
      }
    }
    return out;
  }

  bool append(std::string_view inside, std::string& out, std::string& mistake) const {
    const std::size_t separator = inside.find(":-");
    const std::string_view name = inside.substr(0, separator);
    if (!is_variable_name(name)) return false;
    const auto value = get(environment_, name);
    if (separator != std::string_view::npos) {
      out += value && !value->empty() ? *value : std::string(inside.substr(separator + 2));
      return true;
    }
    if (!value) {
      mistake =
          fmt::format("the variable {} is not set; set it, or write ${{{}:-default}}", name, name);
      return false;
    }
    out += *value;
    return true;
  }

  const EnvMap& environment_;
  Report& report_;
};

}  // namespace

void interpolate(doc::Value& document, const Field& table, const EnvMap& environment,
                 Report& report) {
  Interpolator(environment, report).walk(document, &table, "");
}

}  // namespace orch::config
