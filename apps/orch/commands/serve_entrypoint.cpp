#include "cli/invocation.h"
#include "commands/commands.h"
#include "serve/serve.h"

namespace orch::commands {
namespace {

Result<int> serve_entrypoint(cli::Invocation& run) {
  const std::string_view mode = run.positional(0);
  if (mode == "task-manager") return serve::task_manager(run);
  return serve::queue(run);
}

}  // namespace

cli::Command serve_entrypoint_command() {
  return {
      .name = "serve-entrypoint",
      .summary = "be a task manager or the queue runner",
      .details =
          "task-manager: works on the splits that a runner grants it over standard input and "
          "answers on standard output (`orch help frames`).\n\n"
          "queue: runs enqueued jobs, in their order and within `limits` of the config file, "
          "each in a process of its own. `orch submit --enqueue` starts one when none runs. It "
          "ends after --idle without work.",
      .examples = {{"serve the queue for ever, e.g. as a system service",
                    "orch serve-entrypoint queue --idle 0s"}},
      .positionals = {{.name = "MODE",
                       .help = "what to be",
                       .required = true,
                       .choices = {"task-manager", "queue"}}},
      .flags = {{.name = "--idle",
                 .value = "DUR",
                 .help = "queue: end after this long without work, 0s for never (default 10s)"}},
      .group = "Set up",
      .run = serve_entrypoint};
}

}  // namespace orch::commands
