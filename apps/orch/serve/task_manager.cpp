#include <unistd.h>

#include "pipeline/task_manager.h"
#include "serve/serve.h"

namespace orch::serve {

Result<int> task_manager(cli::Invocation& run) {
  if (run.terminal.stdin_tty) {
    return fail(ErrorCode::usage, "a task manager is started by orch, not by hand",
                "`orch submit FILE` starts them; `orch help frames` says what they speak");
  }
  Loop loop;
  return pipeline::run_task_manager(loop, STDIN_FILENO, STDOUT_FILENO, run.env);
}

}  // namespace orch::serve
