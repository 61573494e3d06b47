// Decoding UTF-8 one character at a time; strict (no overlong forms, surrogates, or > U+10FFFF).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orch {

struct Utf8Character {
  char32_t value = 0;
  std::size_t length = 1;  // bytes taken; of an invalid sequence, its longest valid beginning
  bool valid = false;
};

// The character at `position`, which must be inside `text`.
Utf8Character decode_utf8(std::string_view text, std::size_t position);
// Characters that drive a terminal or reorder a line without being seen: controls, line separators,
// bidirectional overrides.
bool drives_terminal(char32_t c);
void append_utf8(std::string& out, char32_t value);

}  // namespace orch
