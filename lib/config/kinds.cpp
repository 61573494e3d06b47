#include "config/kinds.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/redact.h"
#include "base/text.h"

namespace orch::config {
namespace {

// A field's value or bound on one scale: numbers as they are, durations in ns, sizes in bytes.
std::optional<double> spelled_magnitude(std::string_view text, const Field& field) {
  if (field.allows(kDuration)) {
    const auto value = parse_duration(text);
    if (!value) return std::nullopt;
    return static_cast<double>(value->count());
  }
  if (field.allows(kSize)) {
    const auto value = parse_size(text);
    if (!value) return std::nullopt;
    return static_cast<double>(*value);
  }
  const auto value = parse_number(text);
  if (!value) return std::nullopt;
  return *value;
}

std::optional<double> magnitude(const doc::Value& value, const Field& field) {
  if (const auto* text = value.string()) {
    if (!field.allows(kDuration) && !field.allows(kSize)) return std::nullopt;
    return spelled_magnitude(*text, field);
  }
  if (const auto* integer = value.integer()) return static_cast<double>(*integer);
  if (const auto* real = value.real()) return *real;
  if (const auto* big = value.big_number()) return spelled_magnitude(big->text, field);
  return std::nullopt;
}

std::string out_of_bounds(const doc::Value& value, const Field& field, std::string_view shown) {
  const auto size = magnitude(value, field);
  if (!size) return {};
  const bool low =
      !field.least.empty() && *size < spelled_magnitude(field.least, field).value_or(*size);
  const bool high =
      !field.most.empty() && *size > spelled_magnitude(field.most, field).value_or(*size);
  if (!low && !high) return {};
  if (field.most.empty()) return fmt::format("must be at least {}, not {}", field.least, shown);
  if (field.least.empty()) return fmt::format("must be at most {}, not {}", field.most, shown);
  return fmt::format("must be from {} to {}, not {}", field.least, field.most, shown);
}

// An address is shown without user and password.
std::string quoted(std::string_view text) {
  if (text.find("://") != std::string_view::npos) {
    return fmt::format("\"{}\"", fit(printable(show_url(text)), 60));
  }
  return fmt::format("\"{}\"", fit(printable(text), 60));
}

std::string wrong_text(const std::string& text, const Field& field) {
  if (text.find('\0') != std::string::npos) return "holds a NUL byte; remove it";
  if (!field.choices.empty()) {
    if (std::find(field.choices.begin(), field.choices.end(), text) != field.choices.end()) {
      return {};
    }
    const std::vector<std::string> known(field.choices.begin(), field.choices.end());
    const auto meant = nearest(text, known);
    return fmt::format("must be {}, not {}{}", any_of(field.choices), quoted(text),
                       meant ? fmt::format("; did you mean {}?", *meant) : "");
  }
  if (field.spelling.fits != nullptr && !field.spelling.fits(text)) {
    return fmt::format("must be {}, not {}", field.spelling.words, quoted(text));
  }
  if (field.allows(kText) || field.allows(kSecret)) return {};
  if (!magnitude(doc::Value(text), field)) {
    return fmt::format("must be {}, not {}", describe_kinds(field), quoted(text));
  }
  return {};
}

// What the value is, with the value where it is short and no secret.
std::string describe(const doc::Value& value, bool may_show) {
  if (value.is_null()) return "nothing";
  if (value.array() != nullptr || value.object() != nullptr || !may_show) {
    return std::string(value.kind_name());
  }
  if (const auto* text = value.string()) return "text " + quoted(*text);
  if (value.boolean() != nullptr) return doc::to_json(value);
  return "the number " + fit(doc::to_json(value), 40);
}

// How to write what was probably meant; empty when nothing is likely.
std::string cure(const doc::Value& value, const Field& field) {
  const bool scalar = value.array() == nullptr && value.object() == nullptr && !value.is_null();
  if (value.is_null()) return "give it a value or remove it";
  if (!scalar || field.allows(kSecret)) return {};
  const std::string shown = doc::to_json(value);
  if (shown.size() > 40) return {};
  if (field.spelling.fits != nullptr && !field.spelling.fits(shown)) {
    return fmt::format("write {}", field.spelling.words);
  }
  if (value.string() == nullptr && field.allows(kText)) return fmt::format("write \"{}\"", shown);
  if (value.integer() != nullptr && field.allows(kDuration)) {
    return fmt::format("write {}s for seconds", shown);
  }
  if (field.allows(kList)) {
    return fmt::format("write [{}]", value.string() != nullptr ? quoted(*value.string()) : shown);
  }
  return {};
}

}  // namespace

unsigned fitting_kinds(const doc::Value& value, const Field& field) {
  unsigned kinds = kAny;
  if (value.string() != nullptr) kinds |= kText | kSecret | kDuration | kSize;
  if (value.integer() != nullptr) kinds |= kInteger | kNumber | kSize;
  if (value.real() != nullptr || value.big_number() != nullptr) kinds |= kNumber;
  if (value.boolean() != nullptr) kinds |= kBoolean;
  if (value.array() != nullptr) kinds |= kList;
  if (value.object() != nullptr) kinds |= kMapping | kSecret;
  return kinds & field.kinds;
}

std::string wrong_value(const doc::Value& value, const Field& field) {
  if (const auto* text = value.string()) {
    std::string wrong = wrong_text(*text, field);
    if (!wrong.empty() || field.allows(kText)) return wrong;
    return out_of_bounds(value, field, *text);
  }
  if (const auto* integer = value.integer(); integer != nullptr && field.allows(kSize)) {
    if (*integer < 0) return fmt::format("must be {}, not {}", describe_kinds(field), *integer);
  }
  return out_of_bounds(value, field, doc::to_json(value));
}

std::string wrong_kind(const doc::Value& value, const Field& field) {
  const std::string written = cure(value, field);
  return fmt::format("must be {}, not {}{}{}", describe_kinds(field),
                     describe(value, !field.allows(kSecret)), written.empty() ? "" : "; ", written);
}

doc::Value value_from_text(std::string_view text, const Field& field) {
  auto value = doc::parse_yaml(text, "");
  const bool text_fits = fitting_kinds(doc::Value(text), field) != 0;
  // Plain text stays whole: YAML would cut "a #b" and trim.
  const bool quoted = text.starts_with('"') || text.starts_with('\'');
  if (text_fits && value && value->string() != nullptr && !quoted) return doc::Value(text);
  if (value && fitting_kinds(*value, field) != 0) return std::move(*value);
  return value && !text_fits ? std::move(*value) : doc::Value(text);
}

std::string describe_kinds(const Field& field) {
  struct Name {
    Kind kind;
    std::string_view name;
  };
  constexpr std::array<Name, 10> kNames = {{{kText, "text"},
                                            {kInteger, "an integer"},
                                            {kNumber, "a number"},
                                            {kBoolean, "true or false"},
                                            {kDuration, "a duration such as 30s"},
                                            {kSize, "a size such as 64MiB"},
                                            {kList, "a list"},
                                            {kMapping, "a mapping"},
                                            {kSecret, "a secret"},
                                            {kAny, "any value"}}};
  std::string described;
  for (const auto& [kind, name] : kNames) {
    if (!field.allows(kind)) continue;
    if (!described.empty()) described += " or ";
    const bool choice = kind == kText && !field.choices.empty();
    described += choice ? any_of(field.choices) : std::string(name);
  }
  return described;
}

std::string any_of(const std::vector<std::string_view>& words) {
  std::string joined;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) joined += i + 1 == words.size() ? " or " : ", ";
    joined += words[i];
  }
  return joined;
}

std::string member_path(std::string_view outer, std::string_view inner) {
  if (outer.empty()) return std::string(inner);
  if (inner.empty()) return std::string(outer);
  return fmt::format("{}.{}", outer, inner);
}

std::string item_path(std::string_view outer, std::size_t index) {
  return fmt::format("{}[{}]", outer, index);
}

}  // namespace orch::config
