// The queue runner: takes enqueued jobs of one state directory in their order and runs each in a
// process of its own, within the maxima. It may die at any time: its jobs go on, and the next one
// counts them in and takes up those whose process died too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"
#include "job/plan.h"
#include "store/store.h"

namespace orch::ops {

struct QueueOptions {
  job::Limits limits;
  Duration idle = std::chrono::seconds(10);  // ends after this long without work; zero: never
};

// Serves the queue until it is idle for long enough (status 0) or told to end: its jobs are then
// stopped, resumable, and 130 or 143 is returned. Error `locked` when another one serves already.
Result<int> serve_queue(Loop& loop, store::Store& store, const EnvMap& environment,
                        const QueueOptions& options);

// Starts a queue runner in the background unless one runs; returns once it does.
Status ensure_queue(const std::string& state_directory, const EnvMap& environment);

// Whether a queue runner serves this state directory now.
bool is_queue_served(const std::string& state_directory);

// How many task managers the next job gets. Pure; 0: it must wait.
struct QueueLoad {
  job::Limits limits;
  int running_jobs = 0;
  int running_task_managers = 0;
  int waiting_jobs = 1;  // the next one included
  int wanted = 1;        // by the next job's plan
};
int queue_share(const QueueLoad& load);

}  // namespace orch::ops
