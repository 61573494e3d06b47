#include "bundle/text.h"

#include "doc/value.h"

namespace orch::bundle {
namespace {

const std::string_view* find(Slots slots, std::string_view name) {
  for (const auto& slot : slots) {
    if (slot.first == name) return &slot.second;
  }
  return nullptr;
}

}  // namespace

std::string fill(std::string_view text, Slots slots) {
  std::string filled;
  while (true) {
    const std::size_t open = text.find('@');
    const std::size_t close = open == std::string_view::npos ? open : text.find('@', open + 1);
    if (close == std::string_view::npos) break;
    const std::string_view* value = find(slots, text.substr(open + 1, close - open - 1));
    filled += text.substr(0, open);
    filled += value != nullptr ? *value : "@";
    text.remove_prefix(value != nullptr ? close + 1 : open + 1);
  }
  filled += text;
  return filled;
}

std::string compose_string(std::string_view value) {
  std::string escaped;
  for (const char c : value) escaped += c == '$' ? "$$" : std::string(1, c);
  return yaml_string(escaped);
}

std::string yaml_string(std::string_view value) {
  std::string quoted;
  doc::append_yaml_string(quoted, value);
  return quoted;
}

}  // namespace orch::bundle
