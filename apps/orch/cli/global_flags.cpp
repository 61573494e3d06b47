#include "cli/command.h"

namespace orch::cli {

const std::vector<Flag>& global_flags() {
  static const std::vector<Flag> flags = {
      {.name = "--output",
       .letter = 'o',
       .value = "FORMAT",
       .help = "how standard output is written",
       .choices = {"table", "json", "yaml", "ndjson", "name"}},
      {.name = "--columns", .value = "A,B", .help = "the columns of a table, in this order"},
      {.name = "--context", .value = "NAME", .help = "the named set of settings to use"},
      {.name = "--config",
       .value = "FILE",
       .help = "the config file",
       .completes = Completes::file},
      {.name = "--state-dir",
       .value = "DIR",
       .help = "where jobs and their results are kept",
       .completes = Completes::directory},
      {.name = "--timeout", .value = "DURATION", .help = "wait at most this long: 90s, 15m, 2h"},
      {.name = "--dry-run", .help = "show what would be done, change nothing"},
      {.name = "--yes", .letter = 'y', .help = "answer yes to every question"},
      {.name = "--no-input", .help = "never ask; fail where a question would be asked"},
      {.name = "--quiet", .letter = 'q', .help = "say only warnings and errors"},
      {.name = "--verbose", .letter = 'v', .help = "say more"},
      {.name = "--debug", .help = "say each step"},
      {.name = "--log-format",
       .value = "FORMAT",
       .help = "how messages on standard error are written",
       .choices = {"text", "json"}},
      {.name = "--color",
       .value = "WHEN",
       .help = "colour on a terminal",
       .choices = {"auto", "always", "never"}},
      {.name = "--version", .help = "print the version; with -v the libraries too"},
      {.name = "--help", .letter = 'h', .help = "print help"},
  };
  return flags;
}

}  // namespace orch::cli
