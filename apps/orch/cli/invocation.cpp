#include "cli/invocation.h"

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "config/settings.h"

namespace orch::cli {
namespace {

void say(std::string_view text) { (void)write_all(STDERR_FILENO, text, "standard error"); }

// One line of standard input, without buffering what comes after it.
std::optional<std::string> read_line() {
  std::string line;
  char c = 0;
  while (line.size() < 4096) {
    if (::read(STDIN_FILENO, &c, 1) != 1) return std::nullopt;
    if (c == '\n') break;
    line += c;
  }
  return line;
}

}  // namespace

Invocation::Invocation(const Command& the_command, const Args& the_args, const EnvMap& the_env,
                       const Options& the_options, const config::Settings& settings,
                       const output::Terminal& the_terminal, output::Printer& the_print,
                       output::ProgressLine& the_progress)
    : command(the_command),
      args(the_args),
      env(the_env),
      options(the_options),
      terminal(the_terminal),
      out(the_print.out()),
      print(the_print),
      progress(the_progress),
      settings_(settings) {}

Result<std::string> Invocation::state_directory() const { return settings_.text("state_dir"); }

Result<std::int64_t> Invocation::integer(std::string_view flag, std::int64_t fallback,
                                         std::int64_t lowest, std::int64_t highest) const {
  const auto text = args.get(flag);
  if (!text) return fallback;
  const auto value = parse_integer(*text);
  if (value && *value >= lowest && *value <= highest) return *value;
  return fail(usage_error(
      command, std::string(flag) + " cannot be \"" + printable(*text) + "\"",
      "give a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest)));
}

Result<std::optional<Duration>> Invocation::duration(std::string_view flag) const {
  const auto text = args.get(flag);
  if (!text) return std::nullopt;
  auto value = parse_duration(*text);
  if (value) return *value;
  return fail(usage_error(command, std::string(flag) + ": " + value.error().message,
                          "write 500ms, 90s, 15m or 2h"));
}

std::string_view Invocation::positional(std::size_t index) const {
  return index < args.positionals.size() ? std::string_view(args.positionals[index])
                                         : std::string_view{};
}

Status Invocation::confirm(std::string_view question) {
  if (options.yes) return {};
  if (options.no_input || !terminal.stdin_tty) {
    return fail(ErrorCode::usage, std::string(question) + " nobody is here to answer",
                "run it again with --yes");
  }
  progress.clear();
  say("orch: " + printable(question) + " [y/N] ");
  const std::string answer = lower(trim(read_line().value_or("")));
  if (answer == "y" || answer == "yes") return {};
  return fail(ErrorCode::interrupted, "not confirmed, nothing was changed",
              "answer y, or give --yes");
}

}  // namespace orch::cli
