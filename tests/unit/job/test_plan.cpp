#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "job/plan.h"
#include "job/policies.h"

namespace orch::job {
namespace {

constexpr int kNone = 0;

BackendTraits local(int cores) { return {"local", cores, cores, true, true, true}; }
BackendTraits remote() { return {"aws_lambda", kRemoteTaskManagers, 0, true, true, true}; }

JobSpec job(const std::string& policy, int split_size = kNone, int task_managers = kNone) {
  JobSpec spec;
  spec.policy.name = policy;
  if (split_size != kNone) spec.split_size = split_size;
  if (task_managers != kNone) spec.num_task_managers = task_managers;
  return spec;
}

std::string shape(const Result<Plan>& plan) {
  if (!plan) return plan.error().message;
  return "s" + std::to_string(plan->split_size) + " t" + std::to_string(plan->num_task_managers) +
         " of " + std::to_string(plan->splits);
}

std::string shape(const JobSpec& spec, std::uint64_t inputs, const BackendTraits& backend,
                  const Limits& limits = {}) {
  return shape(make_plan(spec, inputs, backend, limits));
}

TEST_CASE("policies on a remote backend, over the range of inputs") {
  struct Row {
    const char* policy;
    const char* n33;
    const char* n100;
    const char* n100_s8_t4;
    const char* n1000;
    const char* n5000;
  };
  const Row rows[] = {
      {"default", "s32 t2 of 2", "s32 t4 of 4", "s8 t4 of 13", "s32 t32 of 32", "s32 t100 of 157"},
      {"no_policy", "s32 t2 of 2", "s32 t4 of 4", "s8 t4 of 13", "s32 t32 of 32", "s32 t50 of 157"},
      {"job_policy_1", "s1 t33 of 33", "s2 t50 of 50", "s8 t4 of 13", "s20 t50 of 50",
       "s100 t50 of 50"},
      {"job_policy_2", "s32 t2 of 2", "s32 t4 of 4", "s8 t4 of 13", "s32 t32 of 32",
       "s32 t50 of 157"},
      {"job_policy_3", "s2 t2 of 17", "s4 t2 of 25", "s8 t4 of 13", "s8 t2 of 125", "s8 t2 of 625"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.policy);
    CHECK(shape(job(row.policy), 33, remote()) == row.n33);
    CHECK(shape(job(row.policy), 100, remote()) == row.n100);
    CHECK(shape(job(row.policy, 8, 4), 100, remote()) == row.n100_s8_t4);
    CHECK(shape(job(row.policy), 1000, remote()) == row.n1000);
    CHECK(shape(job(row.policy), 5000, remote()) == row.n5000);
  }
}

TEST_CASE("policies on this machine start no more task managers than cores") {
  CHECK(shape(job("default"), 1000, local(2)) == "s32 t2 of 32");
  CHECK(shape(job("no_policy"), 1000, local(2)) == "s32 t2 of 32");
  CHECK(shape(job("job_policy_1"), 1000, local(2)) == "s500 t2 of 2");
  CHECK(shape(job("job_policy_2"), 1000, local(2)) == "s32 t2 of 32");
  CHECK(shape(job("job_policy_3"), 1000, local(2)) == "s8 t2 of 125");
  CHECK(shape(job("default", kNone, 7), 1000, local(2)) == "s32 t7 of 32");
  CHECK(make_plan(job("default"), 1000, local(2), {})->notes.empty());
}

TEST_CASE("one input and exact multiples") {
  for (const auto policy : built_in_policies()) {
    CAPTURE(policy);
    const auto plan = make_plan(job(std::string(policy)), 1, remote(), {});
    REQUIRE(plan.has_value());
    CHECK(plan->num_task_managers == 1);
    CHECK(plan->splits == 1);
  }
  CHECK(shape(job("default"), 64, remote()) == "s32 t2 of 2");
  CHECK(shape(job("default"), 65, remote()) == "s32 t3 of 3");
  CHECK(shape(job("job_policy_2"), 5, remote()) == "s5 t1 of 1");
}

TEST_CASE("one explicit value leaves the other to the policy") {
  CHECK(shape(job("default", 10), 100, remote()) == "s10 t10 of 10");
  CHECK(shape(job("default", kNone, 3), 100, remote()) == "s32 t3 of 4");
  CHECK(shape(job("job_policy_1", kNone, 4), 100, remote()) == "s25 t4 of 4");
  CHECK(shape(job("job_policy_1", 7), 100, remote()) == "s7 t15 of 15");
  CHECK(shape(job("job_policy_3", 50), 100, remote()) == "s50 t2 of 2");
}

TEST_CASE("policy 3 takes the nearest power of two, the smaller of two as near") {
  const auto at = [](std::uint64_t n) {
    const Shape found = apply_policy({"job_policy_3", {}}, {32, 50}, n, remote());
    return std::pair(found.split_size, found.task_managers);
  };
  CHECK(at(12) == std::pair<std::uint64_t, std::uint64_t>(1, 1));
  CHECK(at(13) == std::pair<std::uint64_t, std::uint64_t>(2, 2));
  CHECK(at(48) == std::pair<std::uint64_t, std::uint64_t>(2, 2));
  CHECK(at(49) == std::pair<std::uint64_t, std::uint64_t>(4, 2));
  CHECK(at(768) == std::pair<std::uint64_t, std::uint64_t>(4, 2));
  CHECK(at(769) == std::pair<std::uint64_t, std::uint64_t>(8, 2));
  CHECK(at(32768) == std::pair<std::uint64_t, std::uint64_t>(16, 2));
  CHECK(at(1'000'000) == std::pair<std::uint64_t, std::uint64_t>(32, 2));
  CHECK(at(~std::uint64_t{0}) == std::pair<std::uint64_t, std::uint64_t>(32, 2));
}

TEST_CASE("an own table: first row that holds n, the last beyond it") {
  JobSpec spec = job("table");
  spec.policy.table = {{512, 4, 2}, {4096, 16, 8}};
  CHECK(shape(spec, 512, remote()) == "s4 t2 of 128");
  CHECK(shape(spec, 513, remote()) == "s16 t8 of 33");
  CHECK(shape(spec, 100'000, local(2)) == "s16 t8 of 6250");
  spec.split_size = 100;
  CHECK(shape(spec, 4000, remote()) == "s100 t8 of 40");
}

TEST_CASE("the maxima beat explicit values and policies, and say so") {
  const auto explicit_value = make_plan(job("no_policy", 1, 200), 1000, remote(), {});
  CHECK(shape(explicit_value) == "s1 t100 of 1000");
  CHECK(explicit_value->notes ==
        std::vector<std::string>{"num_task_managers 200 lowered to 100: limits.max_task_managers"});
  const auto policy = make_plan(job("default"), 5000, remote(), {});
  CHECK(policy->notes ==
        std::vector<std::string>{"num_task_managers 157 lowered to 100: limits.max_task_managers"});
  CHECK(shape(job("job_policy_1", kNone, 40), 1000, remote(), {1, 10}) == "s100 t10 of 10");
  CHECK(shape(job("no_policy"), 1000, remote(), {1, 3}) == "s32 t3 of 32");
  const auto huge = make_plan(job("job_policy_1"), 1'000'000, local(2), {});
  CHECK(shape(huge) == "s100000 t2 of 10");
  CHECK(huge->notes ==
        std::vector<std::string>{"split_size 500000 lowered to 100000: the largest split"});
}

TEST_CASE("more task managers than splits are named") {
  const auto plan = make_plan(job("default", 32, 8), 33, remote(), {});
  CHECK(shape(plan) == "s32 t2 of 2");
  CHECK(plan->notes ==
        std::vector<std::string>{"num_task_managers 8 lowered to 2: the job has 2 splits"});
  CHECK(make_plan(job("default", 32, 8), 3, remote(), {})->notes[0] ==
        "num_task_managers 8 lowered to 1: the job has 1 split");
}

TEST_CASE("splits cover every input once") {
  const auto plan = make_plan(job("default"), 70, remote(), {});
  CHECK(plan->split_begin(0) == 0);
  CHECK(plan->split_end(0) == 32);
  CHECK(plan->split_begin(2) == 64);
  CHECK(plan->split_end(2) == 70);
}

TEST_CASE("no input, and more splits than frames can number") {
  CHECK(make_plan(job("default"), 0, remote(), {}).error().code == ErrorCode::no_input);
  const auto plan = make_plan(job("no_policy", 1), 5'000'000'000, remote(), {});
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().code == ErrorCode::invalid_value);
  CHECK(plan.error().message ==
        "split_size 1 makes 5000000000 splits of 5000000000 inputs; the most is 4294967294");
}

TEST_CASE("what a job demands must be promised; what it merely gets may be dropped") {
  BackendTraits backend = remote();
  backend.speculation = false;
  backend.keep_alive = false;
  JobSpec spec = job("default");
  const auto quiet = make_plan(spec, 100, backend, {});
  REQUIRE(quiet.has_value());
  CHECK_FALSE(quiet->speculation);
  CHECK_FALSE(quiet->keep_alive);

  spec.speculation.demanded = true;
  const auto refused = make_plan(spec, 100, backend, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unsupported);
  CHECK(refused.error().message ==
        "speculation: the job file demands speculation, which aws_lambda does not offer");

  spec.speculation = {};
  spec.keep_alive.demanded = true;
  CHECK(make_plan(spec, 100, backend, {}).error().message ==
        "keep_alive: the job file demands keep_alive, which aws_lambda does not offer");
  CHECK(make_plan(spec, 100, remote(), {}).has_value());

  spec.keep_alive = {};
  spec.speculation.enabled = false;
  CHECK_FALSE(make_plan(spec, 100, remote(), {})->speculation);
}

}  // namespace
}  // namespace orch::job
