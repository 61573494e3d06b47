#include "databricks/run_states.h"

#include <doctest/doctest.h>

#include "base/file.h"

using namespace orch;
using namespace orch::databricks;
using provider::Run;
using provider::RunState;

namespace {

Run state_of(std::string_view json) {
  const auto value = doc::parse_json(json);
  REQUIRE(value);
  Run run;
  read_state(*value, run);
  return run;
}

Run ended_with(const std::string& code) {
  return state_of(R"({"status":{"state":"TERMINATED","termination_details":{"code":")" + code +
                  R"(","message":"why"}}})");
}

}  // namespace

TEST_CASE("only TERMINATED is an end") {
  CHECK(state_of(R"({"status":{"state":"QUEUED"}})").state == RunState::queued);
  CHECK(state_of(R"({"status":{"state":"BLOCKED"}})").state == RunState::queued);
  CHECK(state_of(R"({"status":{"state":"PENDING"}})").state == RunState::starting);
  CHECK(state_of(R"({"status":{"state":"WAITING"}})").state == RunState::starting);
  for (const char* state : {"RUNNING", "TERMINATING", "SOMETHING_NEW"}) {
    CHECK(state_of(R"({"status":{"state":")" + std::string(state) + R"("}})").state ==
          RunState::running);
  }
  const Run queued = state_of(
      R"({"status":{"state":"QUEUED","queue_details":{"code":"MAX_CONCURRENT_RUNS_REACHED","message":"wait"}}})");
  CHECK(queued.detail == "MAX_CONCURRENT_RUNS_REACHED: wait");
}

TEST_CASE("how a run ended") {
  CHECK(ended_with("SUCCESS").state == RunState::succeeded);
  CHECK(ended_with("SUCCESS_WITH_FAILURES").state == RunState::succeeded);
  CHECK(ended_with("USER_CANCELED").state == RunState::cancelled);
  CHECK(ended_with("CANCELED").state == RunState::cancelled);
  CHECK(ended_with("SKIPPED").state == RunState::skipped);
  CHECK(ended_with("MAX_CONCURRENT_RUNS_EXCEEDED").state == RunState::skipped);
  CHECK(ended_with("RUN_EXECUTION_ERROR").state == RunState::failed);
  CHECK_FALSE(ended_with("RUN_EXECUTION_ERROR").infrastructure);
  for (const char* code : {"CLUSTER_ERROR", "DRIVER_ERROR", "CLOUD_FAILURE", "INTERNAL_ERROR"}) {
    CHECK(ended_with(code).state == RunState::failed);
    CHECK(ended_with(code).infrastructure);
    CHECK_FALSE(ended_with(code).hint.empty());
  }
  CHECK_FALSE(ended_with("LIBRARY_INSTALLATION_ERROR").hint.empty());
  const Run unknown = ended_with("A_CODE_OF_TOMORROW");
  CHECK(unknown.state == RunState::failed);
  CHECK(unknown.detail == "A_CODE_OF_TOMORROW: why");
}

TEST_CASE("the older state speaks where there is no status") {
  CHECK(state_of(R"({"state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"}})").state ==
        RunState::succeeded);
  CHECK(
      state_of(R"({"state":{"life_cycle_state":"TERMINATED","result_state":"CANCELED"}})").state ==
      RunState::cancelled);
  CHECK(state_of(R"({"state":{"life_cycle_state":"INTERNAL_ERROR"}})").infrastructure);
  CHECK(state_of(R"({"state":{"life_cycle_state":"SKIPPED"}})").state == RunState::skipped);
  CHECK(state_of(R"({"state":{"life_cycle_state":"WAITING_FOR_RETRY"}})").state ==
        RunState::starting);
  const Run lost = state_of(
      R"({"state":{"life_cycle_state":"TERMINATED","result_state":"FAILED","state_message":"Could not reach driver of cluster 7"}})");
  CHECK(lost.hint.find("conflict") != std::string::npos);
}

TEST_CASE("every recorded run is read, its id whole") {
  const auto text = read_file(std::string(ORCH_TESTS) + "/data/databricks/runs.json");
  REQUIRE(text);
  const auto exchanges = doc::parse_json(*text);
  REQUIRE(exchanges);
  int read = 0;
  for (const doc::Value& exchange : *exchanges->array()) {
    const doc::Value* answer = exchange.find("response")->find("body");
    if (answer == nullptr || answer->find("state") == nullptr) continue;
    const Run run = run_of(*answer);
    CHECK_FALSE(run.id.empty());
    CHECK(run.id.find_first_not_of("0123456789") == std::string::npos);
    ++read;
  }
  CHECK(read > 5);
  const auto big = doc::parse_json(R"({"run_id":9007199254740993,"job_id":18446744073709551615})");
  CHECK(run_of(*big).id == "9007199254740993");
  CHECK(run_of(*big).job == "18446744073709551615");
}
