#include "ops/queue.h"

#include "base/loop.h"
#include "commands/job_settings.h"
#include "serve/serve.h"
#include "store/store.h"

namespace orch::serve {

Result<int> queue(cli::Invocation& run) {
  store::Store store = ORCH_TRY(store::Store::open(ORCH_TRY(run.state_directory())));
  ops::QueueOptions options;
  options.limits = ORCH_TRY(commands::job_limits(run));
  if (const std::optional<Duration> idle = ORCH_TRY(run.duration("--idle"))) options.idle = *idle;
  Loop loop;
  return ops::serve_queue(loop, store, run.env, options);
}

}  // namespace orch::serve
