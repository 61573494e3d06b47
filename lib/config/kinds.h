// Which values fit a field, and the words for those that do not.
#pragma once

#include <string>
#include <string_view>

#include "config/fields.h"
#include "doc/value.h"

namespace orch::config {

// The kinds of the field that take this value: 0 when none does. A text that is no duration is
// still of the kind kDuration; wrong_value says what is wrong with it.
unsigned fitting_kinds(const doc::Value& value, const Field& field);
// What is wrong with a scalar of a fitting kind: bounds, choices, spelling. Empty: nothing.
std::string wrong_value(const doc::Value& value, const Field& field);
// "must be an integer, not text \"many\"".
std::string wrong_kind(const doc::Value& value, const Field& field);

// What the text of --set or of a variable gives the field: the YAML value when that fits, else the
// text itself.
doc::Value value_from_text(std::string_view text, const Field& field);

// "an integer", "a duration such as 30s", "text or a mapping".
std::string describe_kinds(const Field& field);
// "`a`, `b` or `c`".
std::string any_of(const std::vector<std::string_view>& words);
// `outer.inner`, or one of them when the other is empty.
std::string member_path(std::string_view outer, std::string_view inner);
std::string item_path(std::string_view outer, std::size_t index);

}  // namespace orch::config
