// From byte offsets to lines and columns.
#pragma once

#include <string_view>

#include "doc/value.h"

namespace orch::doc {

// Columns count characters (UTF-8), from 1. Asked in rising order, a whole text costs one pass.
class Place {
 public:
  explicit Place(std::string_view text) : text_(text) {}
  Position at(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position position_{1, 1};
};

// The error `name:line:column: what`.
tl::unexpected<Error> refusal(std::string_view name, Position at, std::string_view what);

}  // namespace orch::doc
