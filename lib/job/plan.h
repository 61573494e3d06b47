// The plan: how many splits of which size on how many task managers. A pure function.
//
// With n inputs, s split size and t task managers, before anything else s is the job's
// split_size or 32, and t the job's num_task_managers or the backend's default. The policy may
// then change whichever of the two the job does not name:
//   default       t = ceil(n / s): one split per task manager. Where more task managers than
//                 `useful_task_managers` bring nothing (this machine's cores), no more than those;
//                 they take one split after the other.
//   no_policy     neither
//   job_policy_1  s = ceil(n / t): one split per task manager, of equal size
//   job_policy_2  s = min(s, n), t = min(t, ceil(n / s))
//   job_policy_3  the original's table of s and t for powers of two, at the power nearest to n
//                 (the smaller one of two as near)
//   a table       the first row with n <= up_to; the last row beyond that
// Last, s is lowered to 100,000, t to limits.max_task_managers and to the number of splits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "job/spec.h"

namespace orch::job {

constexpr int kDefaultSplitSize = 32;
constexpr int kRemoteTaskManagers = 50;  // what a remote backend's default_task_managers is
constexpr int kMaxSplitSize = 100'000;   // a split travels as one grant frame
// Frames carry a split as 32 bits, the highest number meaning "all".
constexpr std::uint64_t kMaxSplits = 0xFFFFFFFE;

// What a backend brings to the plan (provider descriptors hold one).
struct BackendTraits {
  std::string name;
  int default_task_managers = 1;  // when neither job nor policy names a number
  int useful_task_managers = 0;   // policy `default` starts no more than these; 0: no such bound
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
  std::uint64_t splits = 0;  // ceil(inputs / split_size)
  std::string policy;        // the one applied
  bool speculation = true;   // wanted by the job and promised by the backend
  bool keep_alive = true;    // likewise
  std::vector<std::string>
      notes;  // "num_task_managers 200 lowered to 100: limits.max_task_managers"

  std::uint64_t split_begin(std::uint64_t split) const {
    return split * static_cast<std::uint64_t>(split_size);
  }
  std::uint64_t split_end(std::uint64_t split) const;
};

// Explicit values beat the policy, the maxima beat both; never more task managers than splits.
// Errors: no_input for no inputs; unsupported when the job file demands what the backend does not
// promise; invalid_value when the job would have more than kMaxSplits splits.
Result<Plan> make_plan(const JobSpec& spec, std::uint64_t inputs, const BackendTraits& backend,
                       const Limits& limits);

}  // namespace orch::job
