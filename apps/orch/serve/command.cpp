#include <fmt/core.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/process.h"
#include "base/redact.h"
#include "base/shell_words.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "entrypoint/checks.h"
#include "entrypoint/child.h"
#include "serve/serve.h"

namespace orch::serve {
namespace {

// Shells' words for "could not be started".
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

Result<std::vector<std::string>> command_of(const cli::Invocation& run) {
  const auto line = run.args.get("--command");
  if (line && run.args.has_tail) {
    return fail(cli::usage_error(run.command, "--command and -- name two commands; give one"));
  }
  if (!line && !run.args.has_tail) {
    return fail(cli::usage_error(run.command, "serve-entrypoint needs --command or -- CMD…",
                                 "orch serve-entrypoint --command \"fiftyone --version\""));
  }
  std::vector<std::string> argv = run.args.tail;
  if (line) {
    auto words = split_words(*line);
    if (!words) words.error().message = "--command: " + words.error().message;
    argv = ORCH_TRY(std::move(words));
  }
  if (argv.empty() || argv.front().empty()) {
    return fail(cli::usage_error(run.command, "the command is empty",
                                 "in Databricks the job parameter `command` fills it in"));
  }
  return argv;
}

// What a log may not show, should the command name it.
void hide_credentials(const EnvMap& env) {
  for (const auto& [name, value] : env) {
    if (is_credential_variable(name)) register_secret(value);
  }
}

std::string as_text(const entrypoint::Finding& finding) {
  return fmt::format("{} ({})", finding.message, finding.cure);
}

// The environment for the child, or the error that keeps it from starting.
Result<EnvMap> checked(const cli::Invocation& run, const std::vector<std::string>& argv) {
  if (run.args.has("--no-check") || !entrypoint::concerns_fiftyone(argv, run.env)) return run.env;
  entrypoint::Checked checked = entrypoint::check_environment(argv, run.env);
  Error error;
  error.code = ErrorCode::invalid_setting;
  error.hint = "correct the environment; --no-check starts the command all the same";
  for (const entrypoint::Finding& finding : checked.findings) {
    if (finding.fatal || run.args.has("--strict")) {
      error.details.push_back(as_text(finding));
    } else {
      log_warning(as_text(finding));
    }
  }
  if (error.details.empty()) return std::move(checked.env);
  error.message =
      fmt::format("{} was not started: its environment is not usable", printable(argv[0]));
  return fail(std::move(error));
}

Result<int> not_started(const Error& error) {
  const bool missing = error.code == ErrorCode::file_not_found;
  log_warning(fmt::format("{} ({})", error.message, error.next()));
  return missing ? kNotFound : kNotExecutable;
}

}  // namespace

Result<int> command(cli::Invocation& run) {
  const std::vector<std::string> argv = ORCH_TRY(command_of(run));
  hide_credentials(run.env);
  entrypoint::ChildOptions options;
  options.argv = argv;
  options.env = ORCH_TRY(checked(run, argv));
  options.timeout = run.options.timeout;
  if (const auto grace = ORCH_TRY(run.duration("--grace"))) options.grace = *grace;
  if (run.options.dry_run) {
    log_note("would run " + redact(join_words(argv)));
    return 0;
  }
  // The guide's script prints the words with single blanks between them, and so do its readers'
  // eyes.
  ORCH_TRY(run.out.write(fmt::format("Executing command: {}\n", redact(join(argv, " ")))));
  ORCH_TRY(run.out.flush());
  Loop loop;
  auto report = entrypoint::run_child(loop, options);
  if (!report) return not_started(report.error());
  if (report->timed_out) {
    return fail(ErrorCode::timed_out,
                fmt::format("the command was not done after {} and was ended",
                            format_duration(*options.timeout)),
                "give it more time with --timeout");
  }
  if (report->killed) {
    log_warning(fmt::format("the command did not end within {} of the signal and was killed",
                            format_duration(options.grace)));
  }
  const int status = exit_status_of(report->wait_status);
  if (status != 0) {
    log_warning(
        fmt::format("the command ended with {}", describe_wait_status(report->wait_status)));
  }
  for (const std::string& hint : report->hints) log_warning(hint);
  if (status != 0) return status;
  if (!report->output) {
    report->output.error().hint = "the command itself ended well, only its output is not whole";
    return fail(report->output.error());
  }
  ORCH_TRY(run.out.write("\nProcess completed successfully!\n"));
  return 0;
}

}  // namespace orch::serve
