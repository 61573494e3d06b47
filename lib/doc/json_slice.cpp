#include "doc/json_slice.h"

#include "doc/json_scan.h"

namespace orch::doc {
namespace {

bool same_key(std::string_view raw_a, std::string_view raw_b) {
  const bool escaped =
      raw_a.find('\\') != std::string_view::npos || raw_b.find('\\') != std::string_view::npos;
  if (!escaped) return raw_a == raw_b;
  const auto decoded = [](std::string_view raw) {
    std::string text;
    decode_escapes(raw, text);
    return text;
  };
  return decoded(raw_a) == decoded(raw_b);
}

bool is_repeated(const JsonSlices& slices, std::string_view key) {
  for (std::size_t i = 0; i < slices.count; ++i) {
    if (same_key(slices.members[i].key, key)) return true;
  }
  return false;
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

// From behind the opening brace to behind the closing one.
const char* slice_members(const char* p, const char* end, JsonSlices& slices) {
  p = skip_blanks(p, end);
  if (p != end && *p == '}') return p + 1;
  while (p != end && *p == '"') {
    const char* const key = p + 1;
    p = skip_string(key, end);
    if (p == nullptr) return nullptr;
    const std::string_view name = between(key, p - 1);
    p = skip_blanks(p, end);
    if (p == end || *p != ':') return nullptr;
    const char* const value = skip_blanks(p + 1, end);
    p = skip_value(value, end, 1);
    if (p == nullptr) return nullptr;
    if (slices.count == slices.members.size() || is_repeated(slices, name)) return nullptr;
    slices.members[slices.count++] = {name, between(value, p)};
    p = skip_blanks(p, end);
    if (p == end) return nullptr;
    if (*p == '}') return p + 1;
    if (*p != ',') return nullptr;
    p = skip_blanks(p + 1, end);
  }
  return nullptr;
}

}  // namespace

std::string_view JsonSlices::find(std::string_view key) const {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view raw = members[i].key;
    if (raw == key) return members[i].value;
    if (raw.find('\\') != std::string_view::npos) {
      std::string decoded;
      if (decode_escapes(raw, decoded) && decoded == key) return members[i].value;
    }
  }
  return {};
}

std::optional<JsonSlices> slice_object(std::string_view line) {
  std::optional<JsonSlices> slices(std::in_place);
  const char* const end = line.data() + line.size();
  const char* p = skip_blanks(line.data(), end);
  if (p == end || *p != '{') return std::nullopt;
  p = slice_members(p + 1, end, *slices);
  if (p == nullptr || skip_blanks(p, end) != end) return std::nullopt;
  return slices;
}

bool is_json(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* const p = skip_value(skip_blanks(text.data(), end), end, 0);
  return p != nullptr && skip_blanks(p, end) == end;
}

std::optional<std::string> decode_string(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"') return std::nullopt;
  const char* const end = raw.data() + raw.size();
  if (skip_string(raw.data() + 1, end) != end) return std::nullopt;
  std::string text;
  if (!decode_escapes(raw.substr(1, raw.size() - 2), text)) return std::nullopt;
  return text;
}

}  // namespace orch::doc
