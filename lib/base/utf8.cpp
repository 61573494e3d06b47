#include "base/utf8.h"

#include <fmt/core.h>

#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace orch {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t position) {
  return static_cast<std::uint8_t>(text[position]);
}

struct Lead {
  std::size_t length = 0;
  std::uint8_t bits = 0;
  std::uint8_t second_low = 0x80;   // bounds of the second byte: they exclude overlong forms,
  std::uint8_t second_high = 0xbf;  // surrogates and values over U+10FFFF
};

Lead lead_of(std::uint8_t byte) {
  Lead lead;
  if (byte >= 0xc2 && byte <= 0xdf) {
    lead.length = 2;
    lead.bits = byte & 0x1fU;
  } else if (byte >= 0xe0 && byte <= 0xef) {
    lead.length = 3;
    lead.bits = byte & 0x0fU;
    if (byte == 0xe0) lead.second_low = 0xa0;
    if (byte == 0xed) lead.second_high = 0x9f;
  } else if (byte >= 0xf0 && byte <= 0xf4) {
    lead.length = 4;
    lead.bits = byte & 0x07U;
    if (byte == 0xf0) lead.second_low = 0x90;
    if (byte == 0xf4) lead.second_high = 0x8f;
  }
  return lead;
}

// Bytes from `position` on that are plain ASCII, eight at a time.
std::size_t skip_ascii(std::string_view text, std::size_t position) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  while (position + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + position, sizeof word);
    if ((word & kHighBits) != 0) break;
    position += 8;
  }
  while (position < text.size() && byte_at(text, position) < 0x80) ++position;
  return position;
}

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      out += c < 0x80 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                      : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

Utf8Character decode_utf8(std::string_view text, std::size_t position) {
  const std::uint8_t first = byte_at(text, position);
  if (first < 0x80) return {first, 1, true};
  const Lead lead = lead_of(first);
  char32_t value = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const std::uint8_t low = i == 1 ? lead.second_low : std::uint8_t{0x80};
    const std::uint8_t high = i == 1 ? lead.second_high : std::uint8_t{0xbf};
    if (position + i >= text.size()) return {0xfffd, i, false};
    const std::uint8_t next = byte_at(text, position + i);
    if (next < low || next > high) return {0xfffd, i, false};
    value = (value << 6) | (next & 0x3fU);
  }
  if (lead.length == 0) return {0xfffd, 1, false};
  return {value, lead.length, true};
}

bool drives_terminal(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void append_utf8(std::string& out, char32_t value) {
  const auto add = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (value < 0x80) {
    add(value);
  } else if (value < 0x800) {
    add(0xc0 | (value >> 6));
    add(0x80 | (value & 0x3f));
  } else if (value < 0x10000) {
    add(0xe0 | (value >> 12));
    add(0x80 | ((value >> 6) & 0x3f));
    add(0x80 | (value & 0x3f));
  } else {
    add(0xf0 | (value >> 18));
    add(0x80 | ((value >> 12) & 0x3f));
    add(0x80 | ((value >> 6) & 0x3f));
    add(0x80 | (value & 0x3f));
  }
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = skip_ascii(text, 0); i < text.size(); i = skip_ascii(text, i)) {
    const auto character = decode_utf8(text, i);
    if (!character.valid) return false;
    i += character.length;
  }
  return true;
}

std::string to_utf8(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size() + 16);
  for (std::size_t i = 0; i < bytes.size();) {
    const auto character = decode_utf8(bytes, i);
    if (character.valid) {
      out.append(bytes.substr(i, character.length));
    } else {
      append_utf8(out, 0xfffd);
    }
    i += character.length;
  }
  return out;
}

std::string printable(std::string_view text, bool keep_newlines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto character = decode_utf8(text, i);
    const auto bytes = text.substr(i, character.length);
    i += character.length;
    const bool kept = keep_newlines && (character.value == '\n' || character.value == '\t');
    if (!character.valid) {
      for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
    } else if (drives_terminal(character.value) && !kept) {
      append_escaped(out, character.value);
    } else {
      out.append(bytes);
    }
  }
  return out;
}

}  // namespace orch
