#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "base/utf8.h"
#include "base/width_table.h"

namespace orch {
namespace {

bool is_in(std::span<const CharacterRange> ranges, char32_t c) {
  const auto after = std::ranges::upper_bound(ranges, c, {}, &CharacterRange::first);
  return after != ranges.begin() && c <= std::prev(after)->last;
}

std::size_t columns_of(const Utf8Character& character) {
  if (!character.valid) return 1;  // shown as U+FFFD
  const char32_t c = character.value;
  if (c < 0x20 || c == 0x7f) return 0;
  if (c < 0x300) return c >= 0x80 && c < 0xa0 ? 0 : 1;
  if (is_in(kZeroWidth, c)) return 0;
  return is_in(kDoubleWidth, c) ? 2 : 1;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto character = decode_utf8(text, i);
    width += columns_of(character);
    i += character.length;
  }
  return width;
}

std::string fit(std::string_view text, std::size_t width) {
  if (text.size() <= width || display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const auto character = decode_utf8(text, end);
    const std::size_t columns = columns_of(character);
    if (used + columns > width - 1) break;  // one column is the ellipsis'
    used += columns;
    end += character.length;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace orch
