#include "cli/app.h"

#include <unistd.h>

#include <exception>
#include <new>
#include <optional>
#include <span>

#include "base/file.h"
#include "base/process.h"
#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/options.h"
#include "cli/parse.h"
#include "cli/standard_fds.h"
#include "cli/version.h"
#include "cli/words.h"
#include "config/settings.h"
#include "output/error.h"

namespace orch::cli {
namespace {

class Session {
 public:
  explicit Session(std::span<char* const> arguments)
      : words_(cut(arguments)), out_(STDOUT_FILENO, "standard output") {}

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { before_log({}); }

  // From words to an exit status: the one place where errors become one.
  int run() {
    Result<int> result = guarded();
    if (progress_) progress_->clear();
    const Status written = out_.finish();
    // Lost output outweighs the work's own status, not an error that says more.
    if (!written && result) result = fail(written.error());
    if (result) return *result;
    return report(std::move(result).error());
  }

 private:
  Result<int> guarded() {
    try {
      return dispatch();
    } catch (const std::bad_alloc&) {
      return fail(ErrorCode::failed, "out of memory", "give orch more memory, or less work");
    } catch (const std::exception& error) {
      return fail(ErrorCode::bug, std::string("unexpected: ") + error.what());
    }
  }

  Result<int> dispatch() {
    if (words_.own.size() == 1 && words_.own.front() == "--version" && !words_.has_tail) {
      return printed(version_text(false));
    }
    env_ = process_environment();
    const Found found = ORCH_TRY(find_command(words_.own));
    if (found.command == nullptr) return without_command(found);
    const Command command = found.command->make();
    if (wants_help(found.rest)) return printed(command_help(command, color_for_help()));
    const Args args = ORCH_TRY(parse(command, found.rest, words_));
    if (args.has("--version")) return show_version(args);
    return run_command(command, args);
  }

  // `orch`, `orch --help`, `orch --version -v`, `orch config`.
  Result<int> without_command(const Found& found) {
    if (!wants_help(found.rest)) {
      if (words_.has_tail) {
        return fail(ErrorCode::usage, "no command stands before --",
                    "to run a command as a job: orch submit -- CMD…");
      }
      const Args args = ORCH_TRY(parse(Command{}, found.rest, words_));
      if (args.has("--version")) return show_version(args);
    }
    const bool color = color_for_help();
    return printed(found.group.empty() ? overview_help(color) : group_help(found.group, color));
  }

  Result<int> run_command(const Command& command, const Args& args) {
    forbid_core_dumps();
    read_only_ = command.read_only;
    const auto settings = make_settings(command, args, env_);
    options_ = ORCH_TRY(read_options(args, env_, *settings));
    const output::Terminal terminal = output::inspect_terminal(env_, options_.color);
    configure_log(log_level_of(options_), options_.log_format, terminal.err_color);
    output::Printer print(out_, terminal, options_.output, options_.columns);
    progress_.emplace(STDERR_FILENO, terminal.stderr_tty && !options_.quiet, terminal.err_width,
                      system_clock());
    out_.before_write([this] { progress_->clear(); });
    before_log([this] { progress_->clear(); });
    Invocation invocation(command, args, env_, options_, *settings, terminal, print, *progress_);
    return command.run(invocation);
  }

  Result<int> show_version(const Args& args) {
    Command anything;
    anything.skips_config_file = true;
    options_ = ORCH_TRY(read_options(args, env_, *make_settings(anything, args, env_)));
    const output::Terminal terminal;
    output::Printer print(out_, terminal, options_.output, {});
    ORCH_TRY(print.document(
        version_value(), [&] { return version_text(options_.verbose); }, "version"));
    return 0;
  }

  Result<int> printed(std::string_view text) {
    ORCH_TRY(out_.write(text));
    return 0;
  }

  bool color_for_help() const {
    return output::inspect_terminal(env_, wanted_color(words_.own)).color;
  }

  int report(Error error) const {
    if (error.code == ErrorCode::reader_gone) {
      if (read_only_) return traits(error.code).exit_status;
      error.code = ErrorCode::output_failed;
      if (error.hint.empty()) {
        error.hint =
            "what was done is kept: `orch status` shows it, `orch submit --resume` goes on";
      }
    }
    std::string text;
    if (wants_json()) {
      text = output::error_json(error);
    } else {
      text = output::error_text(error,
                                output::inspect_terminal(env_, wanted_color(words_.own)).err_color);
    }
    (void)write_all(STDERR_FILENO, text, "standard error");
    return traits(error.code).exit_status;
  }

  // Also for errors in the words themselves, so the words are read leniently.
  bool wants_json() const {
    Output wanted = options_.output;
    if (wanted == Output::automatic) wanted = wanted_output(words_.own);
    if (wanted == Output::automatic) {
      wanted = format_named(get(env_, "ORCH_OUTPUT").value_or("")).value_or(Output::automatic);
    }
    return wanted == Output::json || wanted == Output::ndjson;
  }

  Words words_;
  EnvMap env_;
  Options options_;  // once they were read
  output::Writer out_;
  std::optional<output::ProgressLine> progress_;
  bool read_only_ = true;
};

}  // namespace

int run(int argc, char** argv) {
  settle_standard_descriptors();
  std::span<char* const> arguments;
  if (argc > 1) arguments = {argv + 1, static_cast<std::size_t>(argc - 1)};
  return Session(arguments).run();
}

}  // namespace orch::cli
