#include "ops/env_file.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace orch::ops {
namespace {

// Between the double quotes: \" \\ \$ and \n are what they say.
std::string unescaped(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      value += text[i] == 'n' ? '\n' : text[i];
    } else {
      value += text[i];
    }
  }
  return value;
}

std::string read_value(std::string_view text) {
  text = trim(text);
  if (text.starts_with('\'')) {
    return std::string(text.substr(1, text.find('\'', 1) - 1));
  }
  if (text.starts_with('"')) {
    std::size_t end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    return unescaped(text.substr(1, std::min(end, text.size()) - 1));
  }
  return std::string(trim(text.substr(0, text.find(" #"))));
}

// "export NAME=value" gives NAME; empty for anything but an assignment.
std::string_view name_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with('#')) return {};
  constexpr std::string_view kExport = "export ";
  if (line.starts_with(kExport)) line.remove_prefix(kExport.size());
  const std::size_t equals = line.find('=');
  return equals == std::string_view::npos ? std::string_view() : trim(line.substr(0, equals));
}

}  // namespace

EnvPairs parse_env_file(std::string_view text) {
  EnvPairs pairs;
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view name = name_of(line);
    if (!name.empty()) pairs.emplace_back(name, read_value(line.substr(line.find('=') + 1)));
  }
  return pairs;
}

std::string value_of(const EnvPairs& pairs, std::string_view name) {
  const auto found = std::find_if(pairs.rbegin(), pairs.rend(),
                                  [&](const auto& pair) { return pair.first == name; });
  return found == pairs.rend() ? std::string() : found->second;
}

bool has_name(const EnvPairs& pairs, std::string_view name) {
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const auto& pair) { return pair.first == name; });
}

std::string env_quoted(std::string_view value) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-@%+,";
  if (value.find_first_not_of(kPlain) == std::string_view::npos) return std::string(value);
  if (value.find('\'') == std::string_view::npos) return fmt::format("'{}'", value);
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string with_value(std::string_view text, std::string_view name, std::string_view value) {
  std::string changed;
  bool done = false;
  auto lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (const std::string_view line : lines) {
    if (!done && name_of(line) == name) {
      changed += fmt::format("{}={}\n", name, env_quoted(value));
      done = true;
    } else {
      changed += fmt::format("{}\n", line);
    }
  }
  if (!done) changed += fmt::format("{}={}\n", name, env_quoted(value));
  return changed;
}

}  // namespace orch::ops
