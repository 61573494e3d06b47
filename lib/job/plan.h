// The plan: how many splits of which size on how many task managers. A pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "job/spec.h"

namespace orch::job {

// What a backend brings to the plan (provider descriptors hold one).
struct BackendTraits {
  std::string name;
  int default_task_managers = 1;
  bool speculation = true;
  bool keep_alive = true;
  bool live_lines = true;
};

struct Limits {
  int max_job_managers = 1;
  int max_task_managers = 100;
};

struct Plan {
  std::uint64_t inputs = 0;
  int split_size = 1;
  int num_task_managers = 1;
  std::uint64_t splits = 0;         // ceil(inputs / split_size)
  std::string policy;               // the one applied
  std::vector<std::string> notes;   // "num_task_managers 200 lowered to 100: limits.max_task_managers"

  std::uint64_t split_begin(std::uint64_t split) const { return split * static_cast<std::uint64_t>(split_size); }
  std::uint64_t split_end(std::uint64_t split) const;
};

// Explicit values beat the policy, the maxima beat both; never more task managers than splits.
// Error unsupported when the job demands what the backend does not promise.
Result<Plan> make_plan(const JobSpec& spec, std::uint64_t inputs, const BackendTraits& backend,
                       const Limits& limits);

}  // namespace orch::job
