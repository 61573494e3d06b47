// One child, to its end: what it printed and how it ended.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/process.h"
#include "base/result.h"

namespace orch {

struct Captured {
  std::string output;  // standard output
  std::string errors;  // standard error, unless the spec sends it elsewhere; its last 64 KiB
  int wait_status = 0;
};

// `spec.stdout_fd` is ours. Killed after `longest` (timed_out), or when it prints more than `limit`
// bytes (bad_answer). What spawn() says when it cannot run.
Result<Captured> capture(SpawnSpec spec, std::optional<Duration> longest, std::size_t limit);

}  // namespace orch
