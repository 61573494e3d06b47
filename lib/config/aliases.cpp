#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "config/kinds.h"
#include "config/prepare.h"

namespace orch::config {
namespace {

using Paths = std::map<std::string_view, std::string, std::less<>>;

void collect(const Field& field, const std::string& path, Paths& paths) {
  for (const Field& member : field.fields) {
    const std::string inner = member_path(path, member.name);
    for (const std::string_view alias : member.aliases) paths.emplace(alias, inner);
    collect(member, inner, paths);
  }
}

// False when the file already says something at that path.
bool put(doc::Value& document, std::string_view path, const doc::Value& value) {
  doc::Value* at = &document;
  const auto names = split(path, '.');
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    doc::Value* next = at->find(names[i]);
    if (next == nullptr) {
      doc::Value made{doc::Value::Object{}};
      made.set_position(value.position());
      made.set_key_position(value.key_position());
      next = &at->set(names[i], std::move(made));
    }
    if (next->object() == nullptr) return false;
    at = next;
  }
  if (at->find(names.back()) != nullptr) return false;
  at->set(names.back(), value);
  return true;
}

}  // namespace

void apply_aliases(doc::Value& document, const Field& table, Report& report) {
  if (document.object() == nullptr) return;
  Paths paths;
  collect(table, "", paths);
  doc::Value::Object given = std::move(*document.object());
  doc::Value::Object aliased;
  document.object()->clear();
  for (auto& member : given) {
    const bool is_alias = table.find(member.first) == nullptr && paths.count(member.first) > 0;
    (is_alias ? aliased : *document.object()).push_back(std::move(member));
  }
  for (const auto& [name, value] : aliased) {
    const std::string& path = paths.find(name)->second;
    if (!put(document, path, value)) {
      report.mistake_at_key(
          value, name,
          fmt::format("is another name of {}, which the file gives too; remove one", path));
    }
  }
}

}  // namespace orch::config
