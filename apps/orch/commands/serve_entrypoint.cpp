#include <algorithm>
#include <array>

#include "cli/invocation.h"
#include "cli/suggest.h"
#include "commands/commands.h"
#include "serve/serve.h"

namespace orch::commands {
namespace {

struct Mode {
  std::string_view name;
  std::string_view flags;  // its own, blanks between and around them
  bool takes_tail;
  Result<int> (*serve)(cli::Invocation&);
};

constexpr std::array kModes = {
    Mode{"command", " --command --strict --no-check --grace ", true, serve::command},
    Mode{"task-manager", "", false, serve::task_manager},
    Mode{"queue", " --idle ", false, serve::queue},
    Mode{"operators", " --plugins-dir --line ", false, serve::operators},
};

// A flag of another mode would be ignored in silence.
Status check_flags(const cli::Invocation& run, const Mode& mode) {
  for (const cli::Flag& flag : run.command.flags) {
    const std::string padded = " " + std::string(flag.name) + " ";
    if (!run.args.has(flag.name) || mode.flags.find(padded) != std::string_view::npos) continue;
    return fail(cli::usage_error(run.command,
                                 std::string(mode.name) + " takes no " + std::string(flag.name)));
  }
  if (run.args.has_tail && !mode.takes_tail) {
    return fail(cli::usage_error(run.command, std::string(mode.name) + " takes nothing after --"));
  }
  return {};
}

Result<int> serve_entrypoint(cli::Invocation& run) {
  // Launchers pass `--command …` alone.
  const std::string_view named = run.positional(0);
  const auto* mode = named.empty()
                         ? kModes.data()
                         : std::find_if(kModes.begin(), kModes.end(),
                                        [&](const Mode& each) { return each.name == named; });
  ORCH_TRY(check_flags(run, *mode));
  return mode->serve(run);
}

}  // namespace

cli::Command serve_entrypoint_command() {
  return {
      .name = "serve-entrypoint",
      .summary = "run a container's command, a task manager or the queue",
      .details =
          "command (also when MODE is left out): splits --command into words as a POSIX shell "
          "would, without one, runs it and ends with its status: 128+n after signal n, 126 or 127 "
          "when it cannot run. Signals 1 to 15 reach its whole group, orphans are reaped, what it "
          "leaves behind is ended. Before a fiftyone command, or when FIFTYONE_INTERNAL_SERVICE "
          "is on, the environment is checked for what would make it hang or fail later. When its "
          "output shows a dependency conflict, the last lines say what to do.\n\n"
          "operators: lists the operators that the plugins in a directory declare in their "
          "fiftyone.yml; exit status 8 when a file could not be used.\n\n"
          "task-manager: works on the splits that a runner grants it over standard input and "
          "answers on standard output (`orch help frames`).\n\n"
          "queue: runs enqueued jobs, in their order and within `limits` of the config file, "
          "each in a process of its own. `orch submit --enqueue` starts one when none runs. It "
          "ends after --idle without work.",
      .examples = {{"what a Databricks job runs",
                    "orch serve-entrypoint --command \"printenv HOME\""},
                   {"the same with words that are separate already",
                    "orch serve-entrypoint -- printenv HOME"},
                   {"which operators a directory of plugins has",
                    "orch serve-entrypoint operators --plugins-dir ."},
                   {"serve the queue for ever, e.g. as a system service",
                    "orch serve-entrypoint queue --idle 0s"}},
      .positionals = {{.name = "MODE",
                       .help = "what to be (default command)",
                       .choices = {"command", "task-manager", "queue", "operators"}}},
      .flags = {{.name = "--command", .value = "CMD", .help = "command: the command line to run"},
                {.name = "--strict",
                 .help = "command: refuse to start on any finding of the checks"},
                {.name = "--no-check", .help = "command: check nothing, change nothing"},
                {.name = "--grace",
                 .value = "DUR",
                 .help = "command: KILL this long after TERM or INT (default 10s)"},
                {.name = "--plugins-dir",
                 .value = "DIR",
                 .help = "operators: where the plugins lie (default $FIFTYONE_PLUGINS_DIR)",
                 .completes = cli::Completes::directory},
                {.name = "--line",
                 .help = "operators: one line, ORCH_OPERATORS and JSON, to be found in a log"},
                {.name = "--idle",
                 .value = "DUR",
                 .help = "queue: end after this long without work, 0s for never (default 10s)"}},
      .tail = "CMD…",
      .group = "Set up",
      .run = serve_entrypoint};
}

}  // namespace orch::commands
