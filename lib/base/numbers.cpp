// Numbers, durations and sizes as people write them: strict in, short out.
#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace orch {
namespace {

using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit kDurationUnits[] = {
    {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
constexpr Unit kSizeUnits[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1'000},
    {"KB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"TB", 1'000'000'000'000},
    {"KiB", 1ULL << 10},
    {"MiB", 1ULL << 20},
    {"GiB", 1ULL << 30},
    {"TiB", 1ULL << 40},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t position) {
  std::size_t count = 0;
  while (position + count < text.size() && is_digit(text[position + count])) ++count;
  return count;
}

// "1.5MiB" times the unit's factor, nothing if it is not a number and a known unit, or too large
// for `most`. A fraction of the smallest step is cut.
std::optional<std::uint64_t> with_unit(std::string_view text, std::span<const Unit> units,
                                       std::uint64_t most) {
  const std::size_t whole = digits_at(text, 0);
  if (whole == 0 || whole > 19) return std::nullopt;
  std::size_t end = whole;
  std::size_t fraction = 0;
  if (end < text.size() && text[end] == '.') {
    fraction = digits_at(text, end + 1);
    if (fraction == 0 || fraction > 9) return std::nullopt;
    end += 1 + fraction;
  }
  for (const auto& unit : units) {
    if (text.substr(end) != unit.name) continue;
    Wide value = 0;
    for (std::size_t i = 0; i < whole; ++i) value = value * 10 + Wide(text[i] - '0');
    Wide scaled = value * unit.factor;
    Wide step = unit.factor;
    Wide tenths = 0;
    Wide power = 1;
    for (std::size_t i = 0; i < fraction; ++i) {
      tenths = tenths * 10 + Wide(text[whole + 1 + i] - '0');
      power *= 10;
    }
    scaled += tenths * step / power;
    if (scaled > most) return std::nullopt;
    return static_cast<std::uint64_t>(scaled);
  }
  return std::nullopt;
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", fit(printable(text), 60));
}

// 12.5 → "12.5", 3.0 → "3": at most one decimal.
std::string one_decimal(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::string two_units(std::uint64_t value, std::uint64_t step, char large, char small) {
  std::string text = fmt::format("{}{}", value / step, large);
  if (value % step != 0) text += fmt::format("{}{}", value % step, small);
  return text;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::uint64_t kTenYears = 87'600ULL * 3'600'000'000'000ULL;
  if (const auto value = with_unit(text, kDurationUnits, kTenYears)) {
    return Duration(static_cast<Duration::rep>(*value));
  }
  return fail(ErrorCode::invalid_value, quoted(text) + " is not a duration",
              "write a number and one unit, such as 500ms, 90s, 15m or 2h (at most ten years)");
}

std::string format_duration(Duration duration) {
  constexpr double kMillion = 1e6;
  if (duration < Duration::zero()) {
    const auto positive = duration == Duration::min() ? Duration::max() : -duration;
    return "-" + format_duration(positive);
  }
  const auto ns = static_cast<std::uint64_t>(duration.count());
  if (ns == 0) return "0s";
  if (ns < 10'000) return "<0.01ms";
  if (ns < 10'000'000) return fmt::format("{:.2g}ms", static_cast<double>(ns) / kMillion);
  if (ns < 999'500'000) return fmt::format("{}ms", (ns + 500'000) / 1'000'000);
  if (ns < 59'950'000'000) return one_decimal(static_cast<double>(ns) / 1e9) + "s";
  const std::uint64_t seconds = (ns + 500'000'000) / 1'000'000'000;
  if (seconds < 3600) return two_units(seconds, 60, 'm', 's');
  const std::uint64_t minutes = (seconds + 30) / 60;
  if (minutes < 1440) return two_units(minutes, 60, 'h', 'm');
  return two_units((minutes + 30) / 60, 24, 'd', 'h');
}

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::uint64_t kMost = INT64_MAX;
  if (const auto value = with_unit(text, kSizeUnits, kMost)) return *value;
  return fail(ErrorCode::invalid_value, quoted(text) + " is not a size",
              "write bytes, or a number and a unit, such as 64KiB, 5MB or 2GiB");
}

std::string format_size(std::uint64_t bytes) {
  static constexpr std::array kNames = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t index = 0;
  while (value >= 1023.95 && index + 1 < kNames.size()) {
    value /= 1024;
    ++index;
  }
  return fmt::format("{} {}", one_decimal(value), kNames[index]);
}

Result<std::int64_t> parse_integer(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const bool decimal = !digits.empty() && digits_at(digits, 0) == digits.size();
  const bool octal_looking = digits.size() > 1 && digits[0] == '0';
  std::int64_t value = 0;
  if (decimal && !octal_looking) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc()) return value;
    return fail(ErrorCode::invalid_value, quoted(text) + " is too large");
  }
  return fail(ErrorCode::invalid_value, quoted(text) + " is not a whole number",
              "write decimal digits without leading zeros");
}

Result<double> parse_number(std::string_view text) {
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_at(text, sign);
  std::size_t end = sign + whole;
  bool well_formed = whole > 0 && !(whole > 1 && text[sign] == '0');
  if (well_formed && end < text.size() && text[end] == '.') {
    const std::size_t fraction = digits_at(text, end + 1);
    well_formed = fraction > 0;
    end += 1 + fraction;
  }
  double value = 0;
  if (well_formed && end == text.size()) {
    const auto [stop, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error == std::errc() && std::isfinite(value)) return value;
    return fail(ErrorCode::invalid_value, quoted(text) + " is out of range");
  }
  return fail(ErrorCode::invalid_value, quoted(text) + " is not a number",
              "write decimal digits, such as 3 or 0.75");
}

}  // namespace orch
