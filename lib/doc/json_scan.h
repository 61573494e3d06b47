// The strict JSON grammar (RFC 8259) as pointer walks that allocate nothing. Each returns where
// its token ends, nullptr when the text breaks the grammar.
#pragma once

#include <string>
#include <string_view>

namespace orch::doc {

inline const char* skip_blanks(const char* p, const char* end) {
  while (p != end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) ++p;
  return p;
}

// From behind the opening quote to behind the closing one; UTF-8 and escapes checked.
const char* skip_string(const char* p, const char* end);
// One UTF-8 sequence of two to four bytes: no overlong form, no surrogate, at most U+10FFFF.
const char* skip_multibyte(const char* p, const char* end);
// A number that a double can hold (in size, not in digits).
const char* skip_number(const char* p, const char* end);
// Any value; `depth` containers are open around it, 64 may be.
const char* skip_value(const char* p, const char* end, int depth);

// The text of a string that skip_string accepted, without its quotes. False when it is not valid.
bool decode_escapes(std::string_view raw, std::string& out);

}  // namespace orch::doc
