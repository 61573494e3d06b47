#include "secrets/naming.h"

#include "base/text.h"

namespace orch::secrets {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// A character of a word (\w): letters, digits and _; bytes beyond ASCII belong to letters, too.
bool is_word(char c) {
  return is_upper(c) || is_lower(c) || is_digit(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Runs of word characters, joined by _, in capitals.
std::string instance_part(std::string_view id) {
  std::string part;
  bool gap = false;
  for (const char c : id) {
    if (!is_word(c)) {
      gap = !part.empty();
      continue;
    }
    if (gap) part += '_';
    gap = false;
    part += to_upper(c);
  }
  return part;
}

}  // namespace

std::string field_part(std::string_view field) {
  std::string part;
  for (const char c : field) {
    if (is_upper(c) && !part.empty()) part += '_';
    part += to_upper(c);
  }
  return part;
}

std::string secret_name(std::string_view field, std::string_view instance_id) {
  const std::string instance = instance_part(instance_id);
  return instance.empty() ? std::string() : field_part(field) + "_" + instance;
}

std::string camel_case(std::string_view field) {
  std::string name;
  bool capital = false;
  for (const char c : field) {
    if (c == '_') {
      capital = !name.empty();
      continue;
    }
    name += capital ? to_upper(c) : c;
    capital = false;
  }
  return name;
}

bool is_certain(std::string_view instance_id) {
  if (instance_id.empty() || !(is_upper(instance_id.front()) || is_lower(instance_id.front())))
    return false;
  bool word = false;  // the last character belongs to a word
  for (const char c : instance_id) {
    const bool joins = c == '-' || c == '_';
    if (joins ? !word : !(is_upper(c) || is_lower(c) || is_digit(c))) return false;
    word = !joins;
  }
  return word;
}

bool is_secret_name(std::string_view name) {
  if (name.empty() || !is_upper(name.front())) return false;
  return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

}  // namespace orch::secrets
