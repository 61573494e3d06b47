#include "doc/place.h"

#include <fmt/core.h>

#include "base/text.h"

namespace orch::doc {

Position Place::at(std::size_t offset) {
  if (offset > text_.size()) offset = text_.size();
  if (offset < offset_) {
    offset_ = 0;
    position_ = {1, 1};
  }
  for (; offset_ < offset; ++offset_) {
    if (text_[offset_] == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if ((static_cast<unsigned char>(text_[offset_]) & 0xC0) != 0x80) {
      ++position_.column;
    }
  }
  return position_;
}

tl::unexpected<Error> refusal(std::string_view name, Position at, std::string_view what) {
  return fail(ErrorCode::invalid_file,
              fmt::format("{}:{}:{}: {}", printable(name), at.line, at.column, what));
}

}  // namespace orch::doc
