// Tables for eyes: columns fit the terminal, wide characters measured, control bytes escaped, no
// blanks at the end of a line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "doc/value.h"

namespace orch::output {

struct Column {
  std::string_view key;  // the member shown, dots go deeper ("ms.total"); `--columns` takes it
  std::string_view title = {};  // empty: the key in capitals
  bool right = false;           // numbers
  bool optional = false;        // shown only when --columns names it
  bool elastic = false;         // cut first when the terminal is narrow (never an id)
  std::string (*show)(const doc::Value& cell) = nullptr;  // empty: cell_text
};

// Text as it is, numbers and booleans as JSON, null as "-", lists and mappings as JSON.
std::string cell_text(const doc::Value& value);
// The member at a dotted path, nullptr when absent.
const doc::Value* member_at(const doc::Value& row, std::string_view path);

struct TableStyle {
  std::size_t width = 0;  // 0: no limit
  bool color = false;     // bold titles
};

// Title line and one line a row; "" when there are no rows.
std::string render_table(const std::vector<Column>& columns, const doc::Value::Array& rows,
                         const TableStyle& style);
// "Key:  value" lines, the values aligned; keys without a value are left out.
std::string render_fields(const std::vector<Column>& fields, const doc::Value& object,
                          const TableStyle& style);

}  // namespace orch::output
