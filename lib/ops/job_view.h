// Jobs as people and programs see them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "doc/value.h"
#include "job/stage_stats.h"
#include "store/store.h"

namespace orch::ops {

std::int64_t now_ms(const Clock& clock);

// Whether a runner holds the job's lock now, whatever the store says.
bool is_job_running(const std::string& job_directory);

// "queued", "running", "stopped" (resumable; also when its runner died), "done", "failed",
// "cancelled".
std::string_view shown_state(const store::JobRow& row);

// The whole of it: id, name, state, counters, times (RFC 3339), paths, plan, error, exit_status.
doc::Value to_value(const store::JobRow& row);
// The stages with percentiles: p50_ms, p95_ms, p99_ms.
doc::Value to_value(const std::vector<job::StageStats>& stages);
// What `status --wait` and a finished `submit` exit with; 9 while it is not over.
int exit_status(const store::JobRow& row);

}  // namespace orch::ops
