// Value: the one document type. JSON and YAML come in, JSON and YAML go out. Values remember
// where they stood, so that a mistake can be named by line and column.
// Limits on everything read: depth 64, 1,000,000 nodes, valid UTF-8, no duplicate keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace orch::doc {

struct Position {
  int line = 0;  // from 1; 0: unknown
  int column = 0;
};

class Value {
 public:
  using Array = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Object = std::vector<Member>;  // in the order of the source
  // A number beyond int64, or with more than 17 significant digits, keeps its text (JSON's
  // spelling).
  struct BigNumber {
    std::string text;
    bool operator==(const BigNumber&) const = default;
  };

  Value() = default;  // null
  Value(std::nullptr_t) {}
  Value(bool v) : data_(v) {}
  Value(int v) : data_(std::int64_t{v}) {}
  Value(std::int64_t v) : data_(v) {}
  Value(std::uint64_t v);
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(Array v) : data_(std::move(v)) {}
  Value(Object v) : data_(std::move(v)) {}
  Value(BigNumber v) : data_(std::move(v)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  // nullptr when it is something else: `if (auto* s = v.string())`.
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
  const double* real() const { return std::get_if<double>(&data_); }
  const BigNumber* big_number() const { return std::get_if<BigNumber>(&data_); }
  const std::string* string() const { return std::get_if<std::string>(&data_); }
  const Array* array() const { return std::get_if<Array>(&data_); }
  const Object* object() const { return std::get_if<Object>(&data_); }
  Array* array() { return std::get_if<Array>(&data_); }
  Object* object() { return std::get_if<Object>(&data_); }

  // The member of an object, nullptr when absent or when this is no object.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  // The member when it is text, a list; else an empty one.
  std::string text(std::string_view key) const;
  const Array& list(std::string_view key) const;
  // Sets or adds a member; this becomes an object if it was null.
  Value& set(std::string_view key, Value value);

  // "null", "a boolean", "an integer", "a number", "text", "a list", "a mapping": for messages.
  std::string_view kind_name() const;

  Position position() const { return position_; }
  void set_position(Position position) { position_ = position; }
  // Where the key of this member stands; line 0 when it is no member of a mapping that was read.
  Position key_position() const { return key_position_; }
  void set_key_position(Position position) { key_position_ = position; }

  bool operator==(const Value& other) const { return data_ == other.data_; }  // not positions

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object, BigNumber>
      data_;
  Position position_;
  Position key_position_;
};

// `name` stands in errors ("job.yaml:3:5: …"). Error code invalid_file. Texts of the input are not
// repeated in errors: an answer may hold a secret.
Result<Value> parse_json(std::string_view text, std::string_view name = "input");
// YAML 1.2 core in one document, or JSON. Merge keys, duplicate keys, tags but !!str, aliases of
// collections, .inf and .nan are errors; `yes`/`no`/`on`/`off` are text, `true`/`false` booleans,
// `010` is text; keys are text as written. A byte order mark is skipped. Nothing at all is null.
Result<Value> parse_yaml(std::string_view text, std::string_view name);

// One line, no spaces; non-UTF-8 bytes become U+FFFD.
std::string to_json(const Value& value);
std::string to_pretty_json(const Value& value);  // two-space indent, newline at the end
// Block style, every string double-quoted, newline at the end.
std::string to_yaml(const Value& value);
// The quoted and escaped form of one string, quotes included, appended to `out`.
void append_json_string(std::string& out, std::string_view text);
// The same for YAML, 1.1 and 1.2.
void append_yaml_string(std::string& out, std::string_view text);

}  // namespace orch::doc
