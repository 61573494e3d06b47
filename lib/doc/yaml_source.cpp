#include <algorithm>

#include "base/text.h"
#include "doc/json_scan.h"
#include "doc/yaml_rules.h"

namespace orch::doc {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Behind the quoted text that starts at `offset`; npos when it is never closed.
std::size_t skip_quoted(std::string_view text, std::size_t offset) {
  const char quote = text[offset];
  for (std::size_t i = offset + 1; i < text.size(); ++i) {
    if (text[i] == quote) return i + 1;
    if (quote == '"' && text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

bool is_quote(char c) { return c == '"' || c == '\''; }

}  // namespace

bool begins_with_null(std::string_view source) {
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (!source.starts_with(word)) continue;
    const std::string_view rest = source.substr(word.size());
    if (rest.empty() || std::string_view(" \t\r\n,:]}").find(rest[0]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

bool lacks_colon(std::string_view source) {
  std::size_t from = 0;
  if (!source.empty() && is_quote(source[0])) from = skip_quoted(source, 0);
  while (from < source.size()) {
    const std::size_t colon = source.find(':', from);
    if (colon == std::string_view::npos) return true;
    from = colon + 1;
    if (from == source.size() || kBlanks.find(source[from]) != std::string_view::npos) return false;
  }
  return true;
}

std::string mend_escapes(const std::string& text) {
  if (is_utf8(text)) return text;
  std::string mended;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const char* next = p + 1;
    if (static_cast<unsigned char>(*p) >= 0x80) {
      next = skip_multibyte(p, end);
      if (next == nullptr) {
        mended += '\xC2';
        next = p + 1;
      }
    }
    mended.append(p, next);
    p = next;
  }
  return mended;
}

std::optional<std::size_t> find_open_quote(std::string_view text, std::size_t offset) {
  // A tag or anchor may stand before it.
  while (offset < text.size() && (text[offset] == '!' || text[offset] == '&')) {
    offset = std::min(text.find_first_of(kBlanks, offset), text.size());
    offset = std::min(text.find_first_not_of(kBlanks, offset), text.size());
  }
  if (offset >= text.size() || !is_quote(text[offset])) return std::nullopt;
  std::size_t end = skip_quoted(text, offset);
  while (text[offset] == '\'' && end < text.size() && text[end] == '\'') {
    end = skip_quoted(text, end);  // '' within single quotes
  }
  if (end != std::string_view::npos) return std::nullopt;
  return offset;
}

}  // namespace orch::doc
