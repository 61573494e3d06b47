#include "config/suggest.h"

#include <fmt/core.h>

#include <vector>

#include "base/text.h"
#include "config/kinds.h"

namespace orch::config {
namespace {

struct Known {
  std::string_view name;
  std::string path;
};

void collect(const Field& field, const std::string& path, std::vector<Known>& known) {
  for (const Field& member : field.fields) {
    const std::string inner = member_path(path, member.name);
    known.push_back({member.name, inner});
    collect(member, inner, known);
  }
  for (const Field& each : field.each) {
    collect(each, path + (field.allows(kList) ? "[]" : ".NAME"), known);
  }
}

std::string did_you_mean(const std::vector<std::string_view>& names) {
  return fmt::format("unknown field; did you mean {}?", any_of(names));
}

// At most three fields of that name, wherever they are.
std::vector<std::string_view> paths_of(std::string_view name, const std::vector<Known>& known) {
  std::vector<std::string_view> paths;
  for (const Known& field : known) {
    if (field.name == name && paths.size() < 3) paths.push_back(field.path);
  }
  return paths;
}

void collect_aliases(const Field& field, std::vector<std::string>& names) {
  for (const std::string_view alias : field.aliases) names.emplace_back(alias);
  for (const Field& member : field.fields) collect_aliases(member, names);
}

}  // namespace

std::string unknown_field(std::string_view name, const Field& parent, const Field& root) {
  std::vector<Known> known;
  collect(root, "", known);
  const auto same = paths_of(name, known);
  if (!same.empty()) return did_you_mean(same);
  std::vector<std::string> here;
  for (const Field& field : parent.fields) here.emplace_back(field.name);
  std::vector<std::string> meant = here;
  if (&parent == &root) collect_aliases(root, meant);
  if (const auto near = nearest(name, meant)) return did_you_mean({*near});
  std::vector<std::string> all;
  for (const Known& field : known) all.emplace_back(field.name);
  if (const auto near = nearest(name, all)) return did_you_mean(paths_of(*near, known));
  constexpr std::size_t kFew = 12;
  if (here.empty() || here.size() > kFew) {
    return fmt::format("unknown field; remove it, or see `orch config schema {}`", root.name);
  }
  return fmt::format("unknown field; known here: {}", join(here, ", "));
}

}  // namespace orch::config
