#include "doc/value.h"

#include <limits>

namespace orch::doc {

Value::Value(std::uint64_t v) {
  if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    data_ = static_cast<std::int64_t>(v);
  } else {
    data_ = BigNumber{std::to_string(v)};
  }
}

const Value* Value::find(std::string_view key) const {
  const auto* members = object();
  if (members == nullptr) return nullptr;
  for (const auto& [name, value] : *members) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string Value::text(std::string_view key) const {
  const Value* member = find(key);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

const Value::Array& Value::list(std::string_view key) const {
  static const Array none;
  const Value* member = find(key);
  return member != nullptr && member->array() != nullptr ? *member->array() : none;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

Value& Value::set(std::string_view key, Value value) {
  if (object() == nullptr) data_ = Object{};
  if (Value* present = find(key)) return *present = std::move(value);
  return object()->emplace_back(std::string(key), std::move(value)).second;
}

std::string_view Value::kind_name() const {
  constexpr std::string_view kNames[] = {"null", "a boolean", "an integer", "a number",
                                         "text", "a list",    "a mapping",  "a number"};
  return kNames[data_.index()];
}

}  // namespace orch::doc
