// Typed access to a checked document, with the defaults of its table. Paths are dotted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/fields.h"
#include "doc/value.h"

namespace orch::config {

// Neither document nor table is copied: both must outlive the view. A path that the table does
// not know is a bug in the caller and reads as absent.
class View {
 public:
  View(const doc::Value& value, const Field& table) : value_(&value), table_(&table) {}

  const doc::Value& value() const { return *value_; }
  // nullptr when the file does not say it (or says null).
  const doc::Value* find(std::string_view path) const;
  bool has(std::string_view path) const { return find(path) != nullptr; }

  // What the file says, else the default, else "", 0 or false; also when it is of another kind.
  std::string text(std::string_view path) const;
  std::int64_t integer(std::string_view path) const;
  int count(std::string_view path) const;  // an integer clamped to int
  double number(std::string_view path) const;
  bool boolean(std::string_view path) const;
  Duration duration(std::string_view path) const;
  std::uint64_t size(std::string_view path) const;  // bytes

  std::vector<std::string> texts(std::string_view path) const;  // of a list
  std::vector<View> items(std::string_view path) const;         // of a list of mappings

 private:
  const Field* field(std::string_view path) const;
  std::string scalar(std::string_view path) const;

  const doc::Value* value_;
  const Field* table_;
};

}  // namespace orch::config
