// Text: UTF-8, control bytes, durations and sizes as people write them, nearest names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace orch {

bool is_utf8(std::string_view text);
// Invalid bytes become U+FFFD.
std::string to_utf8(std::string_view bytes);
// Control bytes, ESC and invalid UTF-8 shown as \x1b, so that nothing from outside drives a
// terminal. Newline and tab too unless keep_newlines.
std::string printable(std::string_view text, bool keep_newlines = false);
// Columns a terminal needs for this UTF-8 text (wide and combining characters counted).
std::size_t display_width(std::string_view text);
// At most `width` columns, cut with an ellipsis.
std::string fit(std::string_view text, std::size_t width);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string lower(std::string_view ascii);

// "500ms", "90s", "15m", "2h"; a number and one unit, no sign, at most 10 years.
Result<Duration> parse_duration(std::string_view text);
std::string format_duration(Duration duration);  // "1m30s", "250ms"
// "64KiB", "5MB", "128" (bytes).
Result<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);  // "1.5 MiB"
// Decimal only: no 0x, no octal, no exponent, no surrounding blanks.
Result<std::int64_t> parse_integer(std::string_view text);
Result<double> parse_number(std::string_view text);  // finite

// The nearest of `known` for a mistyped word, if one is near enough to be meant.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known);

}  // namespace orch
