#include "output/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

namespace orch::output {
namespace {

constexpr std::size_t kDefaultWidth = 80;

std::size_t terminal_width(int fd, const EnvMap& env) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (const auto columns = get(env, "COLUMNS")) {
    const auto value = parse_integer(*columns);
    if (value && *value > 0 && *value < 10'000) return static_cast<std::size_t>(*value);
  }
  return kDefaultWidth;
}

bool wants_color(bool tty, const EnvMap& env, std::string_view color) {
  if (color == "always") return true;
  if (color == "never" || !tty) return false;
  const auto no_color = get(env, "NO_COLOR");
  if (no_color && !no_color->empty()) return false;
  return get(env, "TERM").value_or("dumb") != "dumb";
}

std::string_view code(Style style) {
  switch (style) {
    case Style::bold:
      return "1";
    case Style::dim:
      return "2";
    case Style::red:
      return "31";
    case Style::yellow:
      return "33";
    case Style::green:
      return "32";
  }
  return "0";
}

}  // namespace

Terminal inspect_terminal(const EnvMap& env, std::string_view color) {
  Terminal terminal;
  terminal.stdin_tty = ::isatty(STDIN_FILENO) == 1;
  terminal.stdout_tty = ::isatty(STDOUT_FILENO) == 1;
  terminal.stderr_tty = ::isatty(STDERR_FILENO) == 1;
  if (terminal.stdout_tty) terminal.width = terminal_width(STDOUT_FILENO, env);
  if (terminal.stderr_tty) terminal.err_width = terminal_width(STDERR_FILENO, env);
  terminal.color = wants_color(terminal.stdout_tty, env, color);
  terminal.err_color = wants_color(terminal.stderr_tty, env, color);
  return terminal;
}

std::string styled(std::string_view text, Style style, bool on) {
  if (!on || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out.append(code(style)).append("m").append(text).append("\x1b[0m");
  return out;
}

}  // namespace orch::output
