// Makes a job: spools its inputs, plans it, writes it into the store. Running it is
// ops/run_job.h, now or by the queue.
#pragma once

#include <string>

#include "base/environment.h"
#include "base/random.h"
#include "base/result.h"
#include "doc/value.h"
#include "job/plan.h"
#include "job/spec.h"
#include "job/spool.h"
#include "store/store.h"

namespace orch::ops {

struct SubmitRequest {
  job::JobSpec spec;
  job::Limits limits;
  bool enqueue = false;  // the queue owns it: nobody waits, so results must be stored
};

struct Planned {
  job::SpoolSummary inputs;
  job::Plan plan;
  job::BackendTraits backend;
};

// Reads the inputs to their end and plans, leaving nothing behind: `--dry-run`.
Result<Planned> plan_job(const SubmitRequest& request, const EnvMap& environment);

struct NewJob {
  store::JobRow row;  // queued
  Planned planned;
};
Result<NewJob> create_job(store::Store& store, const SubmitRequest& request,
                          const EnvMap& environment, Random& random, WallTime now);

doc::Value to_value(const Planned& planned);

}  // namespace orch::ops
