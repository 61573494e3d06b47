#include "doc/json_scan.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace orch::doc {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::ptrdiff_t kNeverOverflows = 200;  // characters, with an exponent below 100
constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighs = kOnes << 7;

bool is_digit(const char* p, const char* end) { return p != end && *p >= '0' && *p <= '9'; }

const char* skip_digits(const char* p, const char* end) {
  while (is_digit(p, end)) ++p;
  return p;
}

// How many of the next eight bytes are plain (printable ASCII, neither quote nor backslash)
// before the first that is not.
int count_plain(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  const std::uint64_t control = word - kOnes * 0x20;
  const std::uint64_t quote = (word ^ (kOnes * '"')) - kOnes;
  const std::uint64_t backslash = (word ^ (kOnes * '\\')) - kOnes;
  // A borrow can only reach bytes above one that is not plain itself: the lowest bit is exact.
  const std::uint64_t special = (control | quote | backslash | word) & kHighs;
  static_assert(std::endian::native == std::endian::little);
  return std::countr_zero(special) / 8;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hex digits, or -1.
int code_unit(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_value(p[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

// Behind the `u`: one code unit, or a surrogate pair with its `\u` between. `code` gets the point.
const char* skip_unicode_escape(const char* p, const char* end, std::uint32_t& code) {
  const int unit = code_unit(p, end);
  if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return nullptr;
  p += 4;
  code = static_cast<std::uint32_t>(unit);
  if (unit < 0xD800 || unit > 0xDBFF) return p;
  if (end - p < 2 || p[0] != '\\' || p[1] != 'u') return nullptr;
  const int low = code_unit(p + 2, end);
  if (low < 0xDC00 || low > 0xDFFF) return nullptr;
  code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
  return p + 6;
}

// Behind the backslash.
const char* skip_escape(const char* p, const char* end) {
  if (p == end) return nullptr;
  if (*p == 'u') {
    std::uint32_t code = 0;
    return skip_unicode_escape(p + 1, end, code);
  }
  return std::strchr("\"\\/bfnrt", *p) != nullptr && *p != '\0' ? p + 1 : nullptr;
}

bool in_range(const char* p, const char* end, unsigned low, unsigned high) {
  return p != end && static_cast<unsigned char>(*p) >= low &&
         static_cast<unsigned char>(*p) <= high;
}

const char* skip_word(const char* p, const char* end, std::string_view word) {
  if (static_cast<std::size_t>(end - p) < word.size()) return nullptr;
  return std::memcmp(p, word.data(), word.size()) == 0 ? p + word.size() : nullptr;
}

bool overflows(const char* begin, const char* end) {
  return std::isinf(std::strtod(std::string(begin, end).c_str(), nullptr));
}

const char* skip_scalar(const char* p, const char* end) {
  if (p == end) return nullptr;
  switch (*p) {
    case '"':
      return skip_string(p + 1, end);
    case 't':
      return skip_word(p, end, "true");
    case 'f':
      return skip_word(p, end, "false");
    case 'n':
      return skip_word(p, end, "null");
    default:
      return skip_number(p, end);
  }
}

// The key and colon of the next member.
const char* skip_key(const char* p, const char* end) {
  if (p == end || *p != '"') return nullptr;
  p = skip_string(p + 1, end);
  if (p == nullptr) return nullptr;
  p = skip_blanks(p, end);
  return p != end && *p == ':' ? skip_blanks(p + 1, end) : nullptr;
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12), tail(6), tail(0);
  }
}

}  // namespace

const char* skip_multibyte(const char* p, const char* end) {
  const auto lead = static_cast<unsigned char>(*p++);
  if (lead < 0xC2 || lead > 0xF4) return nullptr;
  if (lead < 0xE0) return in_range(p, end, 0x80, 0xBF) ? p + 1 : nullptr;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!in_range(p++, end, low, high) || !in_range(p++, end, 0x80, 0xBF)) return nullptr;
  if (lead < 0xF0) return p;
  return in_range(p, end, 0x80, 0xBF) ? p + 1 : nullptr;
}

const char* skip_string(const char* p, const char* end) {
  while (true) {
    while (end - p >= 8) {
      const int plain = count_plain(p);
      p += plain;
      if (plain < 8) break;
    }
    if (p == end) return nullptr;
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"') return p + 1;
    if (c == '\\') {
      p = skip_escape(p + 1, end);
    } else if (c >= 0x80) {
      p = skip_multibyte(p, end);
      while (p != nullptr && p != end && static_cast<unsigned char>(*p) >= 0x80) {
        p = skip_multibyte(p, end);
      }
    } else {
      p = c < 0x20 ? nullptr : p + 1;
    }
    if (p == nullptr) return nullptr;
  }
}

const char* skip_number(const char* p, const char* end) {
  const char* const begin = p;
  if (p != end && *p == '-') ++p;
  if (!is_digit(p, end)) return nullptr;
  p = *p == '0' ? p + 1 : skip_digits(p, end);
  if (p != end && *p == '.') {
    if (!is_digit(++p, end)) return nullptr;
    p = skip_digits(p, end);
  }
  bool large = p - begin > kNeverOverflows;
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    const bool negative = p != end && *p == '-';
    if (p != end && (*p == '+' || *p == '-')) ++p;
    if (!is_digit(p, end)) return nullptr;
    const char* const exponent = p;
    p = skip_digits(p, end);
    large = large || (!negative && p - exponent > 2);
  }
  return large && overflows(begin, p) ? nullptr : p;
}

const char* skip_value(const char* p, const char* end, int depth) {
  std::uint64_t mappings = 0;  // bit i: the container i levels up is a mapping
  int open = 0;
  while (true) {
    const bool opens = p != end && (*p == '{' || *p == '[');
    if (opens) {
      if (depth + open >= kMaxDepth) return nullptr;
      ++open;
      const bool mapping = *p == '{';
      mappings = (mappings << 1) | (mapping ? 1U : 0U);
      p = skip_blanks(p + 1, end);
      const bool empty = p != end && *p == (mapping ? '}' : ']');
      if (!empty) {
        if (mapping) p = skip_key(p, end);
        if (p == nullptr) return nullptr;
        continue;
      }
    } else {
      p = skip_scalar(p, end);
      if (p == nullptr) return nullptr;
    }
    // Behind a value (or before the bracket of an empty container): close what ends here.
    while (open > 0) {
      p = skip_blanks(p, end);
      if (p == end) return nullptr;
      const bool mapping = (mappings & 1) != 0;
      if (*p == ',') break;
      if (*p != (mapping ? '}' : ']')) return nullptr;
      ++p;
      --open;
      mappings >>= 1;
    }
    if (open == 0) return p;
    p = skip_blanks(p + 1, end);
    if ((mappings & 1) != 0) p = skip_key(p, end);
    if (p == nullptr) return nullptr;
  }
}

bool decode_escapes(std::string_view raw, std::string& out) {
  const char* p = raw.data();
  const char* const end = p + raw.size();
  out.reserve(out.size() + raw.size());
  while (p != end) {
    if (*p != '\\') {
      out += *p++;
      continue;
    }
    if (++p == end) return false;
    const char c = *p++;
    if (c == 'u') {
      std::uint32_t code = 0;
      p = skip_unicode_escape(p, end, code);
      if (p == nullptr) return false;
      append_utf8(code, out);
      continue;
    }
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
    const std::size_t letter = kLetters.find(c);
    if (letter == std::string_view::npos) return false;
    out += kMeaning[letter];
  }
  return true;
}

}  // namespace orch::doc
