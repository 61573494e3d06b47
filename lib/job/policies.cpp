#include "job/policies.h"

#include <algorithm>
#include <array>
#include <bit>

namespace orch::job {
namespace {

constexpr std::array<std::string_view, 5> kBuiltIn = {"default", "no_policy", "job_policy_1",
                                                      "job_policy_2", "job_policy_3"};

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

std::uint64_t nearest_power_of_two(std::uint64_t n) {
  const std::uint64_t below = std::bit_floor(n);
  return n - below <= below * 2 - n ? below : below * 2;
}

// Rows of the original's table, by the nearest power of two.
Shape table_of_policy_3(std::uint64_t inputs) {
  // Beyond the table's last row all are alike, and bit_floor * 2 stays in range.
  const std::uint64_t power = nearest_power_of_two(std::min<std::uint64_t>(inputs, 1u << 20));
  if (power <= 8) return {1, 1};
  if (power <= 32) return {2, 2};
  if (power <= 512) return {4, 2};
  if (power <= 16384) return {8, 2};
  if (power <= 131072) return {16, 2};
  return {32, 2};
}

Shape row_of(const std::vector<PolicyRow>& table, std::uint64_t inputs) {
  auto row = std::find_if(table.begin(), table.end(),
                          [&](const PolicyRow& each) { return inputs <= each.up_to; });
  if (row == table.end()) row = std::prev(row);
  return {static_cast<std::uint64_t>(row->split_size),
          static_cast<std::uint64_t>(row->num_task_managers)};
}

Shape one_split_each(Shape start, std::uint64_t inputs, const BackendTraits& backend) {
  std::uint64_t task_managers = divide_up(inputs, start.split_size);
  if (backend.useful_task_managers > 0) {
    const auto useful = static_cast<std::uint64_t>(backend.useful_task_managers);
    task_managers = std::min(task_managers, useful);
  }
  return {start.split_size, task_managers};
}

}  // namespace

std::span<const std::string_view> built_in_policies() { return kBuiltIn; }

Shape apply_policy(const JobPolicy& policy, Shape start, std::uint64_t inputs,
                   const BackendTraits& backend) {
  if (!policy.table.empty()) return row_of(policy.table, inputs);
  if (policy.name == "no_policy") return start;
  if (policy.name == "job_policy_1") {
    return {divide_up(inputs, start.task_managers), start.task_managers};
  }
  if (policy.name == "job_policy_2") {
    const std::uint64_t split_size = std::min(start.split_size, inputs);
    return {split_size, std::min(start.task_managers, divide_up(inputs, split_size))};
  }
  if (policy.name == "job_policy_3") return table_of_policy_3(inputs);
  return one_split_each(start, inputs, backend);
}

}  // namespace orch::job
