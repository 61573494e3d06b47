// What a person is told while a job runs and when it has ended, on standard error.
#pragma once

#include <string>

#include "base/clock.h"
#include "ops/run_job.h"

namespace orch::output {

// "birds-…: 340 ok, 2 failed of 1000, 81/s, 8s left; download 12, preprocess 2, inference 32"
std::string progress_text(std::string_view job_id, const ops::JobProgress& progress);

// Counts, a line a stage with percentiles, the bottleneck and what to change, the first failed
// inputs with their reasons, and where everything lies.
std::string final_text(const ops::JobReport& report, int cores);

}  // namespace orch::output
