// A stage of the pipeline, and what it may ask of the pipeline around it. Nothing in a stage sets
// a timer: pump() is called after every turn of the loop, does what has become possible or due,
// and says when it wants to be called again.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"
#include "job/stage_stats.h"
#include "pipeline/item.h"
#include "pipeline/item_error.h"
#include "pipeline/task.h"
#include "pipeline/temp_files.h"
#include "pipeline/worker_log.h"

namespace orch::pipeline {

class StageHost {
 public:
  virtual ~StageHost() = default;
  // The item went through the stage. `result` is raw JSON, valid for the call; empty: none.
  virtual void passed(std::size_t stage, Item& item, std::string_view result) = 0;
  virtual void failed(std::size_t stage, Item& item, ItemError error) = 0;
  // Its split was revoked: it leaves without a line. (passed and failed look for it themselves.)
  virtual void dropped(Item& item) = 0;
  // The stage cannot go on, and so neither can the task manager.
  virtual void stage_failed(Error error) = 0;
  // Whether what the stage sends on will be taken.
  virtual bool room_after(std::size_t stage) const = 0;
  virtual const Item* oldest() const = 0;
};

struct StageContext {
  Loop& loop;
  const TaskConfig& config;
  TempFiles& files;
  WorkerLog& log;
  StageHost& host;
};

// The soonest of two times that may be absent.
inline void sooner(std::optional<SteadyTime>& wake, std::optional<SteadyTime> other) {
  if (other && (!wake || *other < *wake)) wake = other;
}

class Stage {
 public:
  virtual ~Stage() = default;

  // Before the first item. Error: it can never run (its program is missing, …).
  virtual Status start() = 0;
  virtual void push(Item& item) = 0;
  virtual bool has_room() const = 0;
  virtual std::size_t waiting() const = 0;
  // Does what can be done now; when to come back at the latest.
  virtual std::optional<SteadyTime> pump(SteadyTime now) = 0;
  // Gives up the waiting items of revoked splits.
  virtual void drop_revoked() = 0;
  // No item will come any more and none is held: processes are to end, in order.
  virtual void finish(SteadyTime now) = 0;
  virtual bool finished() const = 0;
  // Every process group of the stage, at once.
  virtual void kill() = 0;
  virtual job::StageStats stats() const = 0;
  virtual std::uint64_t stray_lines() const { return 0; }
};

// Environment of the stage's processes: the job's, and who they are.
EnvMap stage_environment(const TaskConfig& config, std::string_view stage);
// "stage inference: " before the message; the hint says how a `run:` or `exec:` is corrected.
Error cannot_run(const job::StageSpec& stage, Error error);
// True for errors of spawn that no other input or later attempt would cure.
bool is_permanent(const Error& error);

}  // namespace orch::pipeline
