#include "base/secret_forms.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace orch {
namespace {

constexpr std::string_view kStandardAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

struct UrlStyle {
  bool upper_case = true;
  bool plus_for_space = false;
  std::string_view kept;  // beside the unreserved characters
};

std::string url_encoded(std::string_view secret, const UrlStyle& style) {
  std::string out;
  for (const char c : secret) {
    if (is_unreserved(c) || style.kept.find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ' && style.plus_for_space) {
      out += '+';
    } else {
      out += style.upper_case ? fmt::format("%{:02X}", byte_of(c))
                              : fmt::format("%{:02x}", byte_of(c));
    }
  }
  return out;
}

std::string json_escape_of(char32_t c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    default:
      break;
  }
  if (c < 0x10000) return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
  const std::uint32_t offset = c - 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (offset >> 10), 0xdc00 + (offset & 0x3ff));
}

// Writers differ in what they escape beyond the necessary: everything but ASCII, and slashes.
std::string json_escaped(std::string_view secret, bool ascii_only, bool slashes) {
  std::string out;
  for (std::size_t i = 0; i < secret.size();) {
    const auto character = decode_utf8(secret, i);
    const char32_t c = character.value;
    const bool necessary = c < 0x20 || c == '"' || c == '\\';
    if (character.valid && (necessary || (ascii_only && c > 0x7e))) {
      out += json_escape_of(c);
    } else if (c == '/' && slashes) {
      out += "\\/";
    } else {
      out += secret.substr(i, character.length);
    }
    i += character.length;
  }
  return out;
}

// The characters of base64 text that depend on nothing but the secret, when `before` bytes (0–2)
// stand in front of it in its group of three.
std::string base64_core(std::string_view secret, std::size_t before, std::string_view alphabet) {
  std::string out;
  std::uint32_t bits = 0;
  std::size_t count = 8 * before % 6;              // bits waiting for a whole character
  std::size_t written = 8 * before / 6;            // characters of nothing but the bytes before
  const std::size_t mixed = (8 * before + 5) / 6;  // … and with some of their bits
  for (const char c : secret) {
    bits = (bits << 8) | byte_of(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      if (written++ >= mixed) out += alphabet[(bits >> count) & 0x3fU];
    }
  }
  return out;
}

}  // namespace

std::vector<SecretForm> forms_of(std::string_view secret) {
  std::vector<SecretForm> forms;
  const auto add = [&forms](std::string text, std::size_t margin = 0) {
    const auto same = [&](const SecretForm& known) { return known.text == text; };
    if (std::ranges::none_of(forms, same)) forms.push_back({std::move(text), margin});
  };
  add(std::string(secret));
  for (const bool upper_case : {true, false}) {
    add(url_encoded(secret, {upper_case, false, ""}));
    add(url_encoded(secret, {upper_case, true, ""}));
    add(url_encoded(secret, {upper_case, false, "/"}));
  }
  for (const bool ascii_only : {false, true}) {
    for (const bool slashes : {false, true}) add(json_escaped(secret, ascii_only, slashes));
  }
  constexpr std::size_t kBase64Margin = 3;
  for (std::size_t before = 0; before < 3; ++before) {
    for (const auto alphabet : {kStandardAlphabet, kUrlAlphabet}) {
      add(base64_core(secret, before, alphabet), kBase64Margin);
    }
  }
  return forms;
}

}  // namespace orch
