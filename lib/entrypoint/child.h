// Runs one command as the first process of a container should: signals reach all of it, orphans are
// reaped, nothing outlives it, its output passes through as it comes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"

namespace orch::entrypoint {

struct ChildOptions {
  std::vector<std::string> argv;
  EnvMap env;
  Duration grace = std::chrono::seconds(10);  // from TERM or INT to KILL
  std::optional<Duration> timeout;            // of the whole command; then as by TERM
};

struct ChildReport {
  int wait_status = 0;
  bool killed = false;  // it did not end within the grace
  bool timed_out = false;
  std::vector<std::string> hints;  // what its output said (entrypoint/conflicts.h)
  Status output;                   // standard output or error took no more
};

// Standard input is the child's; so are standard output and error where they are terminals,
// otherwise relayed, through one pipe when both are the same file. Signals 1–15 sent to this
// process are sent to the child's group. When it has ended, what it left behind gets TERM and soon
// KILL. Errors: as spawn() (base/process.h); then nothing ran.
Result<ChildReport> run_child(Loop& loop, const ChildOptions& options);

}  // namespace orch::entrypoint
