#include <optional>

#include "job/glob.h"

namespace orch::job {
namespace {

// The next character; a byte that begins no whole code point stands for itself.
std::string_view next_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return text.substr(0, length);
}

struct Bracket {
  bool matches;
  std::size_t length;  // of the pattern, brackets included
};

// UTF-8 keeps the order of code points under byte comparison.
bool in_range(std::string_view low, std::string_view character, std::string_view high) {
  return low <= character && character <= high;
}

// `pattern` begins with "[". nullopt: it never closes.
std::optional<Bracket> match_bracket(std::string_view pattern, std::string_view character) {
  std::string_view rest = pattern.substr(1);
  const bool negated = rest.starts_with('!') || rest.starts_with('^');
  if (negated) rest.remove_prefix(1);
  bool found = false;
  for (bool first = true; !rest.empty(); first = false) {
    if (rest.front() == ']' && !first) {
      return Bracket{found != negated, pattern.size() - rest.size() + 1};
    }
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    const std::string_view low = next_character(rest);
    std::string_view high = low;
    rest.remove_prefix(low.size());
    if (rest.size() >= 2 && rest[0] == '-' && rest[1] != ']') {
      rest.remove_prefix(1);
      high = next_character(rest);
      rest.remove_prefix(high.size());
    }
    found = found || in_range(low, character, high);
  }
  return std::nullopt;
}

// How much of `pattern` (not beginning with *) matches the character at the front of the name;
// 0: it does not.
std::size_t match_one(std::string_view pattern, std::string_view character) {
  if (pattern.front() == '?') return 1;
  if (pattern.front() == '[') {
    if (const auto bracket = match_bracket(pattern, character)) {
      return bracket->matches ? bracket->length : 0;
    }
  }
  const std::size_t escape = pattern.front() == '\\' && pattern.size() > 1 ? 1 : 0;
  return pattern.substr(escape).starts_with(character) ? escape + character.size() : 0;
}

}  // namespace

bool matches_name(std::string_view pattern, std::string_view name) {
  if (name.starts_with('.') && !pattern.starts_with('.') && !pattern.starts_with("\\.")) {
    return false;
  }
  // After the newest *: where the pattern goes on, and the name not yet given to that *.
  std::optional<std::string_view> after_star;
  std::string_view retry;
  while (!name.empty()) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      after_star = pattern;
      retry = name;
      continue;
    }
    const std::string_view character = next_character(name);
    const std::size_t length = pattern.empty() ? 0 : match_one(pattern, character);
    if (length > 0) {
      pattern.remove_prefix(length);
      name.remove_prefix(character.size());
    } else if (after_star) {
      retry.remove_prefix(next_character(retry).size());
      name = retry;
      pattern = *after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*') == std::string_view::npos;
}

}  // namespace orch::job
