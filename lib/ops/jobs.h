// What is done to jobs beside running them.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "doc/value.h"
#include "store/store.h"

namespace orch::ops {

// The job's document with its file (`spec`) beside what ops::to_value shows.
Result<doc::Value> describe_job(const store::JobRow& row);

enum class CancelAnswer {
  over,       // it had ended already
  cancelled,  // it is cancelled now
  asked,      // its runner has been asked and has not answered yet
};
// Waits a few seconds for a running job to stop.
Result<CancelAnswer> cancel_job(store::Store& store, const store::JobRow& row, Clock& clock);

// locked while it runs.
Status delete_job(store::Store& store, const store::JobRow& row);

}  // namespace orch::ops
