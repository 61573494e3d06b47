#include "cli/man.h"

#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/topics.h"

namespace orch::cli {
namespace {

// Text for mdoc: backslashes, leading dots and quotes lose their meaning.
std::string escape(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

// One argument of a macro.
std::string argument(std::string_view text) {
  std::string out = "\"";
  for (const char c : escape(text)) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return out + "\"";
}

std::string page_name(std::string_view name) {
  std::string page = "orch-";
  for (const char c : name) page += c == ' ' ? '-' : c;
  return page;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

std::string head(const std::string& title, char section, std::string_view summary) {
  // The date stays fixed: the pages are the same whenever they are made.
  return ".\\\" Made by orch-gen-docs from the command table.\n.Dd January 1, 2026\n.Dt " +
         upper(title) + " " + section + "\n.Os\n.Sh NAME\n.Nm " + title + "\n.Nd " +
         escape(summary) + "\n";
}

std::string literal(std::string_view text) {
  return ".Bd -literal\n" + escape(text) + (text.ends_with('\n') ? "" : "\n") + ".Ed\n";
}

// mdoc wants each sentence on its own line.
std::string sentences(std::string_view line) {
  std::string out = escape(line);
  for (std::size_t end = out.find(". "); end != std::string::npos; end = out.find(". ", end + 1)) {
    out[end + 1] = '\n';
  }
  return out;
}

// Paragraphs; a line that begins with a blank is shown as it stands.
std::string prose(std::string_view text) {
  std::string out;
  std::string block;
  const auto flush = [&] {
    if (!block.empty()) out += ".Bd -literal -offset 2n -compact\n" + block + ".Ed\n";
    block.clear();
  };
  bool gap = false;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) {
      gap = true;
    } else if (line.front() == ' ') {
      block += escape(trim(line)) + "\n";
    } else {
      gap = gap || !block.empty();
      flush();
      if (gap && !out.empty()) out += ".Pp\n";
      out += sentences(line) + "\n";
      gap = false;
    }
  }
  flush();
  return out;
}

std::string flag_items(const std::vector<Flag>& flags) {
  std::string out;
  for (const Flag& flag : flags) {
    if (flag.hidden) continue;
    out += ".It Xo\n";
    if (flag.letter != 0) out += std::string(".Fl ") + flag.letter + " ,\n";
    out += ".Fl " + escape(flag.name.substr(1)) + "\n";
    if (!flag.value.empty()) out += ".Ar " + argument(flag.value) + "\n";
    out += ".Xc\n" + escape(flag_text(flag)) + "\n";
  }
  return out.empty() ? out : ".Bl -tag -width Ds\n" + out + ".El\n";
}

std::string synopsis(const Command& command) {
  std::string out = ".Sh SYNOPSIS\n";
  for (const std::string& line : usage_lines(command)) {
    out += ".Nm " + argument("orch") + "\n" + escape(line.substr(5)) + "\n.br\n";
  }
  out.resize(out.size() - 4);  // no break after the last
  return out;
}

std::string see_also(std::string_view self) {
  return ".Sh SEE ALSO\n" + std::string(self == "orch" ? "" : ".Xr orch 1 ,\n") +
         ".Xr orch-exit-codes 7 ,\n.Xr orch-flags 7\n";
}

std::string command_page(const Command& command) {
  std::string out = head(page_name(command.name), '1', command.summary) + synopsis(command);
  out += ".Sh DESCRIPTION\n" + prose(command.details.empty() ? command.summary : command.details);
  if (!command.positionals.empty()) {
    out += ".Pp\nThe arguments are:\n.Bl -tag -width Ds\n";
    for (const Positional& positional : command.positionals) {
      out +=
          ".It Ar " + argument(positional.name) + "\n" + escape(positional_text(positional)) + "\n";
    }
    out += ".El\n";
  }
  const std::string flags = flag_items(own_flags(command));
  if (!flags.empty()) out += ".Pp\nThe flags are:\n" + flags;
  out += ".Pp\nThe flags of every command are described in\n.Xr orch-flags 7 .\n";
  if (!command.examples.empty()) {
    out += ".Sh EXAMPLES\n";
    for (const Example& example : command.examples) {
      out += escape(example.text) + ":\n" + literal("  " + std::string(example.command));
      if (&example != &command.examples.back()) out += ".Pp\n";
    }
  }
  return out + see_also("");
}

std::string overview_page() {
  std::string out = head("orch", '1', "run batch work on this machine, or on somebody else's");
  out += ".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar flags\n.Sh DESCRIPTION\n";
  out +=
      ".Nm\nsplits a job over task managers, runs a worker on each input and keeps every "
      "result.\nThe commands are:\n.Bl -tag -width Ds\n";
  for (const Command& command : all_commands()) {
    if (command.hidden) continue;
    out += ".It Xr " + page_name(command.name) + " 1\n" + escape(command.summary) + "\n";
  }
  out += ".El\n.Pp\nThe topics are:\n.Bl -tag -width Ds\n";
  for (const Topic& topic : all_topics()) {
    out += ".It Xr " + page_name(topic.name) + " 7\n" + escape(topic.summary) + "\n";
  }
  out += ".El\n.Pp\nThe flags of every command are:\n" + flag_items(global_flags());
  return out + ".Sh EXIT STATUS\nSee\n.Xr orch-exit-codes 7 .\n" + see_also("orch");
}

std::string topic_page(const Topic& topic) {
  return head(page_name(topic.name), '7', topic.summary) + ".Sh DESCRIPTION\n" +
         literal(topic.text()) + ".Sh SEE ALSO\n.Xr orch 1\n";
}

}  // namespace

std::map<std::string, std::string> man_pages() {
  std::map<std::string, std::string> pages;
  pages["orch.1"] = overview_page();
  for (const Command& command : all_commands()) {
    if (!command.hidden) pages[page_name(command.name) + ".1"] = command_page(command);
  }
  for (const Topic& topic : all_topics()) pages[page_name(topic.name) + ".7"] = topic_page(topic);
  return pages;
}

}  // namespace orch::cli
