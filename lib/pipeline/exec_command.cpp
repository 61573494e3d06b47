#include "pipeline/exec_command.h"

#include "base/text.h"
#include "doc/json_slice.h"
#include "doc/value.h"

namespace orch::pipeline {

namespace {

std::string fill_in(std::string_view text, const Item& item) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    const std::string_view name = text.substr(0, close == std::string_view::npos ? 0 : close + 1);
    if (name == "{path}") {
      out += item.path;
    } else if (name == "{input}") {
      out += item.text;
    } else if (name == "{out}") {
      out += item.out;
    } else {
      out += '{';
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(name.size());
  }
  return out;
}

// Line breaks stand between the tokens of JSON, never inside one.
std::string on_one_line(std::string_view json) {
  std::string out(json);
  for (char& c : out) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return out;
}

}  // namespace

bool mentions(const std::vector<std::string>& argv, std::string_view placeholder) {
  for (const std::string& argument : argv) {
    if (argument.find(placeholder) != std::string::npos) return true;
  }
  return false;
}

std::vector<std::string> substitute(const std::vector<std::string>& argv, const Item& item) {
  std::vector<std::string> out;
  out.reserve(argv.size());
  for (const std::string& argument : argv) out.push_back(fill_in(argument, item));
  return out;
}

std::string exec_result(std::string_view output) {
  const std::string_view trimmed = trim(output);
  const bool bracketed = !trimmed.empty() && (trimmed[0] == '{' || trimmed[0] == '[');
  if (bracketed && doc::is_json(trimmed)) return on_one_line(trimmed);
  while (!output.empty() && (output.back() == '\n' || output.back() == '\r')) {
    output.remove_suffix(1);
  }
  std::string out;
  doc::append_json_string(out, to_utf8(output));
  return out;
}

}  // namespace orch::pipeline
