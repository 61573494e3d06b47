// The policies that fill split size and task managers (job/plan.h says what each does).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "job/plan.h"

namespace orch::job {

// Names a job file may use for `job_policy`, own tables aside.
std::span<const std::string_view> built_in_policies();

struct Shape {
  std::uint64_t split_size;
  std::uint64_t task_managers;
};

// What the policy makes of `start`. Explicit values are the caller's to put back.
Shape apply_policy(const JobPolicy& policy, Shape start, std::uint64_t inputs,
                   const BackendTraits& backend);

}  // namespace orch::job
