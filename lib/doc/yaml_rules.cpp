#include "doc/yaml_rules.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "doc/json_scan.h"
#include "doc/number_text.h"

namespace orch::doc {
namespace {

constexpr std::string_view kDigits = "0123456789";

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

std::size_t count_digits(std::string_view text) {
  return std::min(text.find_first_not_of(kDigits), text.size());
}

// Core schema: [-+]? ( \.[0-9]+ | [0-9]+ (\.[0-9]*)? ) ([eE][-+]?[0-9]+)?
bool is_float(std::string_view text) {
  const std::size_t whole = count_digits(text);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t fraction = count_digits(text);
    if (whole + fraction == 0) return false;
    text.remove_prefix(fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && count_digits(text) == text.size();
}

std::optional<Value> radix_integer(std::string_view text) {
  if (!text.starts_with("0x") && !text.starts_with("0o")) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 2, end, value, text[1] == 'x' ? 16 : 8);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return Value(value);
}

Value decimal_integer(std::string_view digits, bool negative) {
  const std::string text = (negative ? "-" : "") + std::string(digits);
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return Value::BigNumber{text};
  return value == 0 && negative ? Value(-0.0) : Value(value);
}

// In JSON's spelling: ".5" as "0.5", "1." and "1.e5" as "1.0" and "1.0e5".
std::string json_spelling(std::string_view digits, bool negative) {
  std::string text = negative ? "-" : "";
  if (digits.starts_with('.')) text += '0';
  text += digits;
  const std::size_t point = text.find('.');
  const bool bare =
      point != std::string::npos &&
      (point + 1 == text.size() || kDigits.find(text[point + 1]) == std::string_view::npos);
  if (bare) text.insert(point + 1, "0");
  return text;
}

Result<Value> real(std::string_view digits, bool negative, std::string_view shown) {
  const std::string text = json_spelling(digits, negative);
  const double value = std::strtod(text.c_str(), nullptr);
  if (!std::isfinite(value)) {
    return fail(ErrorCode::invalid_file,
                fmt::format("the number {} is too large; quote it to mean text", shown));
  }
  if (exceeds_double(text)) return Value(Value::BigNumber{text});
  return Value(value);
}

}  // namespace

Result<Value> resolve_plain_scalar(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNull = {"", "~", "null", "Null", "NULL"};
  constexpr std::array<std::string_view, 3> kTrue = {"true", "True", "TRUE"};
  constexpr std::array<std::string_view, 3> kFalse = {"false", "False", "FALSE"};
  constexpr std::array<std::string_view, 6> kUnbounded = {".inf", ".Inf", ".INF",
                                                          ".nan", ".NaN", ".NAN"};
  if (is_one_of(text, kNull)) return Value();
  if (is_one_of(text, kTrue)) return Value(true);
  if (is_one_of(text, kFalse)) return Value(false);
  std::string_view digits = text;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) digits.remove_prefix(1);
  if (is_one_of(digits, kUnbounded)) {
    return fail(ErrorCode::invalid_file,
                fmt::format("{} is no finite number; quote it to mean text", text));
  }
  if (auto integer = radix_integer(text)) return *integer;
  const bool leading_zero =
      digits.size() > 1 && digits[0] == '0' && kDigits.find(digits[1]) != std::string_view::npos;
  if (leading_zero || !is_float(digits)) return Value(text);
  if (count_digits(digits) == digits.size()) return decimal_integer(digits, negative);
  return real(digits, negative, fit(text, 40));
}

std::optional<UnfitByte> find_unfit_byte(std::string_view text) {
  if (text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE")) {
    return UnfitByte{0, "this is UTF-16; save the file as UTF-8"};
  }
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const auto offset = static_cast<std::size_t>(p - text.data());
    const auto c = static_cast<unsigned char>(*p);
    if (c >= 0x80) {
      p = skip_multibyte(p, end);
      if (p == nullptr) return UnfitByte{offset, "not UTF-8; save the file as UTF-8"};
    } else if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
      return UnfitByte{offset, fmt::format("a control byte (0x{:02x}): is this a text file? In "
                                           "double quotes write it as \\x{:02x}",
                                           c, c)};
    } else {
      ++p;
    }
  }
  return std::nullopt;
}

std::string short_tag(std::string_view tag) {
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  if (tag.starts_with(kCore)) return "!!" + std::string(tag.substr(kCore.size()));
  return std::string(tag);
}

}  // namespace orch::doc
