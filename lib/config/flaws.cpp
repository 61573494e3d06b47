#include <fmt/core.h>

#include <set>

#include "base/text.h"
#include "config/kinds.h"
#include "config/prepare.h"
#include "config/report.h"

namespace orch::config {
namespace {

class Inspector {
 public:
  void inspect(const Field& field, const std::string& path) {
    if (field.kinds == 0) flaw(path, "has no kind");
    if (!path.empty() && !field.name.empty() && field.about.empty()) flaw(path, "has no text");
    if (!field.fallback.empty()) inspect_default(field, path);
    for (const std::string_view alias : field.aliases) {
      if (!aliases_.insert(alias).second) flaw(path, fmt::format("alias {} is taken", alias));
    }
    std::set<std::string_view> names;
    for (const Field& member : field.fields) {
      const std::string inner = member_path(path, member.name);
      if (!names.insert(member.name).second) flaw(inner, "stands twice");
      inspect(member, inner);
    }
    for (const Field::Group& group : field.groups) {
      for (const std::string_view name : group.names) {
        if (names.count(name) == 0) flaw(path, fmt::format("groups {}, which it lacks", name));
      }
    }
    for (const Field& each : field.each) inspect(each, path + "[]");
  }

  std::vector<std::string> take() { return std::move(flaws_); }

 private:
  void flaw(const std::string& path, std::string_view what) {
    flaws_.push_back(fmt::format("{} {}", path, what));
  }

  void inspect_default(const Field& field, const std::string& path) {
    const doc::Value value = value_from_text(field.fallback, field);
    const std::string wrong =
        fitting_kinds(value, field) == 0 ? wrong_kind(value, field) : wrong_value(value, field);
    if (!wrong.empty()) flaw(path, "has a default that " + wrong);
  }

  std::set<std::string_view> aliases_;
  std::vector<std::string> flaws_;
};

}  // namespace

std::vector<std::string> flaws(const Field& table) {
  Inspector inspector;
  inspector.inspect(table, "");
  return inspector.take();
}

}  // namespace orch::config
