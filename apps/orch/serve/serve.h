// The modes of `orch serve-entrypoint`, one file each.
#pragma once

#include "cli/invocation.h"

namespace orch::serve {

// Runs one command, as the entrypoint of a job's container.
Result<int> command(cli::Invocation& run);
// Lists the operators of the plugins in a directory.
Result<int> operators(cli::Invocation& run);
// Frames on standard input and output (docs/frames.md): the inside of a task manager.
Result<int> task_manager(cli::Invocation& run);
// The queue runner of this machine.
Result<int> queue(cli::Invocation& run);

}  // namespace orch::serve
