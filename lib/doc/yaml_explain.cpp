#include <fmt/core.h>

#include <array>

#include "base/text.h"
#include "doc/yaml_rules.h"

namespace orch::doc {
namespace {

struct Wording {
  std::string_view theirs;  // how yaml-cpp's message begins
  std::string_view ours;
};

constexpr std::array<Wording, 23> kWordings = {{
    {"illegal map value",
     "':' cannot stand here; check the indentation, and quote text that holds ': '"},
    {"illegal map key", "a key cannot stand here; check the indentation"},
    {"end of map not found",
     "this does not continue the mapping above; check the indentation and that each key has its "
     "':'"},
    {"end of sequence not found",
     "this does not continue the list above; check the indentation and that each item has its "
     "'-'"},
    {"end of sequence flow not found", "a ',' or ']' is missing before this"},
    {"end of map flow not found", "a ',' or '}' is missing before this"},
    {"illegal flow end", "a closing bracket without its opening one; remove it or quote the text"},
    {"illegal block entry",
     "a list item cannot stand here; begin it on a line of its own, or quote the text"},
    {"unknown escape character",
     "unknown escape in double quotes; write \\\\ for a backslash, or use single quotes"},
    {"bad character found while scanning hex",
     "\\x, \\u and \\U take 2, 4 and 8 hex digits in double quotes"},
    {"invalid unicode", "this escape names no character; write the character itself"},
    {"the referenced anchor is not defined",
     "'*' begins an alias and no anchor has this name; quote the text to mean a pattern"},
    {"alias not found after *", "'*' begins an alias; quote the text"},
    {"illegal character found while scanning alias", "'*' begins an alias; quote the text"},
    {"anchor not found after &", "'&' begins an anchor; quote the text"},
    {"illegal character found while scanning anchor", "'&' begins an anchor; quote the text"},
    {"unexpected character in block scalar",
     "nothing but a comment may follow '|' or '>'; begin the text on the next line"},
    {"illegal document indicator in scalar",
     "a line of dots or dashes in an open quote; close the quote before it"},
    {"illegal EOF in scalar", "a quote is never closed"},
    {"cannot assign multiple", "a value takes one tag and one anchor; remove the other"},
    {"cannot set zero indentation", "'|' and '>' take an indentation from 1 to 9; leave it out"},
    {"repeated", "a directive (%) stands twice; remove one"},
    {"YAML major version too large", "only YAML 1.x is read; remove the %YAML line"},
}};

std::string_view line_of(std::string_view text, int line) {
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

bool has_tab_in_indentation(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// The character at the position and the last non-blank one before it, 0 when there is none.
struct Around {
  char before = 0;
  char here = 0;
};

Around around(std::string_view line, int column) {
  std::size_t i = 0;
  for (int left = column - 1; i < line.size() && left > 0; ++i) {
    const bool starts_next =
        i + 1 >= line.size() || (static_cast<unsigned char>(line[i + 1]) & 0xC0) != 0x80;
    if (starts_next) --left;
  }
  Around found;
  if (i < line.size()) found.here = line[i];
  const std::size_t last = line.substr(0, i).find_last_not_of(" \t");
  if (last != std::string_view::npos) found.before = line[last];
  return found;
}

}  // namespace

std::string explain_yaml(std::string_view message, std::string_view text, Position at) {
  const std::string_view line = line_of(text, at.line);
  if (has_tab_in_indentation(line)) {
    return "a tab in the indentation, where YAML allows spaces only; replace it by spaces";
  }
  const Around near = around(line, at.column);
  if (message == "unknown token" && near.here != 0) {
    return fmt::format("a value cannot begin with '{}'; quote it", printable({&near.here, 1}));
  }
  if (message.starts_with("end of map") && (near.before == '"' || near.before == '\'')) {
    return "text behind a closing quote; put the whole value in quotes";
  }
  if (message == "end of map flow not found" && line.find("${") != std::string_view::npos) {
    return "a ',' or '}' is missing before this; inside brackets quote \"${…}\"";
  }
  for (const Wording& wording : kWordings) {
    if (message.starts_with(wording.theirs)) return std::string(wording.ours);
  }
  return fmt::format("not YAML: {}", printable(message));
}

}  // namespace orch::doc
