// The modes of `orch serve-entrypoint`, one file each.
#pragma once

#include "cli/invocation.h"

namespace orch::serve {

// Frames on standard input and output (docs/frames.md): the inside of a task manager.
Result<int> task_manager(cli::Invocation& run);
// The queue runner of this machine.
Result<int> queue(cli::Invocation& run);

}  // namespace orch::serve
