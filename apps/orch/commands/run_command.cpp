#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/job_wait.h"
#include "ops/command_job.h"

namespace orch::commands {

Result<int> run_command(cli::Invocation& run, store::Store& store, const store::JobRow& row) {
  const bool document = run.print.structured();
  ops::CommandIo io;
  const auto to_stderr = [&run](std::string_view bytes) {
    run.progress.clear();
    return write_all(STDERR_FILENO, bytes, "standard error");
  };
  io.err = to_stderr;
  io.out = to_stderr;
  if (!document) {
    io.out = [&run](std::string_view bytes) -> Status {
      ORCH_TRY(run.out.write(bytes));
      return run.out.flush();
    };
  }
  // A terminal's input belongs to whoever is in its foreground group; the command is in its own.
  io.pass_stdin = !run.terminal.stdin_tty;
  io.timeout = run.options.timeout;
  Loop loop;
  const ops::CommandReport report = ORCH_TRY(ops::run_command_job(loop, store, row, run.env, io));
  if (document) {
    ORCH_TRY(run.print.document(ops::to_value(report), [] { return std::string(); }));
  }
  if (report.error) return fail(*report.error);
  log_verbose(fmt::format("{}: done; its output is also in {}", row.id, report.log));
  return 0;
}

}  // namespace orch::commands
