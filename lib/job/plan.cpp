#include "job/plan.h"

#include <fmt/core.h>

#include <algorithm>

#include "job/policies.h"

namespace orch::job {
namespace {

constexpr std::string_view kTaskManagers = "num_task_managers";
constexpr std::string_view kMaximum = "limits.max_task_managers";

std::uint64_t positive(int value) { return static_cast<std::uint64_t>(std::max(value, 1)); }

// `value` brought down to `most`, saying so.
std::uint64_t lower(std::string_view field, std::uint64_t value, std::uint64_t most,
                    std::string_view why, std::vector<std::string>& notes) {
  if (value <= most) return value;
  notes.push_back(fmt::format("{} {} lowered to {}: {}", field, value, most, why));
  return most;
}

// What the job and its policy ask for. Task managers are within `most` before the policy sees
// them, so that one that computes from them computes with what will run.
Shape wanted_shape(const JobSpec& spec, std::uint64_t inputs, const BackendTraits& backend,
                   std::uint64_t most, std::vector<std::string>& notes) {
  Shape start{positive(spec.split_size.value_or(kDefaultSplitSize)), 1};
  start.task_managers =
      spec.num_task_managers
          ? lower(kTaskManagers, positive(*spec.num_task_managers), most, kMaximum, notes)
          : std::min(positive(backend.default_task_managers), most);
  Shape shape = apply_policy(spec.policy, start, inputs, backend);
  if (spec.split_size) shape.split_size = start.split_size;
  if (spec.num_task_managers) shape.task_managers = start.task_managers;
  return shape;
}

Status check_promises(const JobSpec& spec, const BackendTraits& backend) {
  const auto refuse = [&](std::string_view what) {
    return fail(
        ErrorCode::unsupported,
        fmt::format("{0}: the job file demands {0}, which {1} does not offer", what, backend.name),
        fmt::format("remove {0}.enabled from the job file, or set it to false", what));
  };
  if (spec.speculation.demanded && !backend.speculation) return refuse("speculation");
  if (spec.keep_alive.demanded && !backend.keep_alive) return refuse("keep_alive");
  return {};
}

}  // namespace

std::uint64_t Plan::split_end(std::uint64_t split) const {
  return std::min(inputs, split_begin(split) + static_cast<std::uint64_t>(split_size));
}

Result<Plan> make_plan(const JobSpec& spec, std::uint64_t inputs, const BackendTraits& backend,
                       const Limits& limits) {
  if (inputs == 0) return fail(ErrorCode::no_input, "the job has no input");
  ORCH_TRY(check_promises(spec, backend));
  Plan plan;
  plan.inputs = inputs;
  plan.policy = spec.policy.name;
  plan.speculation = spec.speculation.enabled && backend.speculation;
  plan.keep_alive = spec.keep_alive.enabled && backend.keep_alive;

  const std::uint64_t most = positive(limits.max_task_managers);
  Shape shape = wanted_shape(spec, inputs, backend, most, plan.notes);
  shape.split_size =
      lower("split_size", shape.split_size, kMaxSplitSize, "the largest split", plan.notes);
  shape.task_managers = lower(kTaskManagers, shape.task_managers, most, kMaximum, plan.notes);
  plan.splits = inputs / shape.split_size + (inputs % shape.split_size != 0 ? 1 : 0);
  if (plan.splits > kMaxSplits) {
    return fail(ErrorCode::invalid_value,
                fmt::format("split_size {} makes {} splits of {} inputs; the most is {}",
                            shape.split_size, plan.splits, inputs, kMaxSplits),
                "choose a larger split_size");
  }
  if (spec.num_task_managers) {
    const std::string_view plural = plan.splits == 1 ? "" : "s";
    lower(kTaskManagers, shape.task_managers, plan.splits,
          fmt::format("the job has {} split{}", plan.splits, plural), plan.notes);
  }
  plan.split_size = static_cast<int>(shape.split_size);
  plan.num_task_managers = static_cast<int>(std::min(shape.task_managers, plan.splits));
  return plan;
}

}  // namespace orch::job
