#include "config/view.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace orch::config {

const Field* View::field(std::string_view path) const {
  const Field* found = table_;
  for (const std::string_view name : split(path, '.')) {
    found = found->find(name);
    if (found == nullptr) return nullptr;
  }
  return found;
}

const doc::Value* View::find(std::string_view path) const {
  const doc::Value* found = value_;
  for (const std::string_view name : split(path, '.')) {
    found = found->find(name);
    if (found == nullptr) return nullptr;
  }
  return found->is_null() ? nullptr : found;
}

// As a file would spell it.
std::string View::scalar(std::string_view path) const {
  if (const doc::Value* value = find(path)) {
    if (const auto* text = value->string()) return *text;
    if (value->array() == nullptr && value->object() == nullptr) return doc::to_json(*value);
  }
  const Field* known = field(path);
  return known != nullptr ? std::string(known->fallback) : std::string();
}

std::string View::text(std::string_view path) const { return scalar(path); }

std::int64_t View::integer(std::string_view path) const {
  return parse_integer(scalar(path)).value_or(0);
}

int View::count(std::string_view path) const {
  return static_cast<int>(std::clamp<std::int64_t>(integer(path), std::numeric_limits<int>::min(),
                                                   std::numeric_limits<int>::max()));
}

double View::number(std::string_view path) const {
  const doc::Value* value = find(path);
  if (value != nullptr && value->real() != nullptr) return *value->real();
  return parse_number(scalar(path)).value_or(0);
}

bool View::boolean(std::string_view path) const { return scalar(path) == "true"; }

Duration View::duration(std::string_view path) const {
  return parse_duration(scalar(path)).value_or(Duration{});
}

std::uint64_t View::size(std::string_view path) const {
  return parse_size(scalar(path)).value_or(0);
}

std::vector<std::string> View::texts(std::string_view path) const {
  std::vector<std::string> found;
  const doc::Value* value = find(path);
  if (value == nullptr || value->array() == nullptr) return found;
  for (const doc::Value& item : *value->array()) {
    if (const auto* text = item.string()) found.push_back(*text);
  }
  return found;
}

std::vector<View> View::items(std::string_view path) const {
  std::vector<View> found;
  const doc::Value* value = find(path);
  const Field* known = field(path);
  if (value == nullptr || value->array() == nullptr || known == nullptr || known->each.empty()) {
    return found;
  }
  for (const doc::Value& item : *value->array()) found.emplace_back(item, known->each.front());
  return found;
}

}  // namespace orch::config
