// The inside of a task manager: frames of a runner come in, items go through the stages, frames
// go out (docs/frames.md).
#pragma once

#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"

namespace orch::pipeline {

// Runs until the runner says stop, goes away, or a stage fails; gives the exit status. Both
// descriptors stay open and become non-blocking; standard error is the log. `env` is this
// process's own (ORCH_TMPDIR, ORCH_LOG_LIMIT, TMPDIR); the workers' comes with the configuration.
//   0: told to stop, all workers ended · 3: a stage failed (the stop frame says how) · 1: the
//   runner went away · 128+n: ended by signal n. Error: what came was no frame of a runner.
Result<int> run_task_manager(Loop& loop, int in_fd, int out_fd, const EnvMap& env);

}  // namespace orch::pipeline
