#include <doctest/doctest.h>

#include "pipeline/task.h"

using namespace orch;
using namespace orch::pipeline;

namespace {

TaskConfig full() {
  TaskConfig config;
  config.job_id = "birds-abcdefgh";
  config.task_manager = 7;
  config.base_directory = "/data/ä";
  config.bucket = "photos";
  config.working_dir = "/work";
  config.env = {{"PATH", "/bin"}, {"TOKEN", "a\n\"b\""}};
  config.download = {job::DownloadSpec::Wanted::no, 8, std::chrono::seconds(3), 1, 77};
  job::StageSpec run;
  run.name = "preprocess";
  run.argv = {"python3", "pre process.py", ""};
  run.processes = 2;
  run.threads = 3;
  run.timeout = std::chrono::milliseconds(1500);
  run.start_timeout = std::chrono::hours(30);
  run.batch = job::BatchSpec{16, std::chrono::microseconds(250)};
  run.max_result = 9;
  job::StageSpec exec;
  exec.name = "inference";
  exec.kind = job::StageSpec::Kind::exec;
  exec.argv = {"true"};
  config.stages = {run, exec};
  config.retry_item = 0;
  config.keep_alive = false;
  config.keep_alive_interval = std::chrono::milliseconds(20);
  config.byte_budget = 12345;
  config.stop_grace = std::chrono::milliseconds(7);
  return config;
}

}  // namespace

TEST_CASE("a configuration survives the wire") {
  const std::string json = to_json(full());
  const auto read = parse_task_config(json);
  REQUIRE(read);
  CHECK(to_json(*read) == json);
  CHECK(read->stages[0].batch->max_delay == std::chrono::microseconds(250));
  CHECK(read->download.wanted == job::DownloadSpec::Wanted::no);
  CHECK(read->env.at("TOKEN") == "a\n\"b\"");
}

TEST_CASE("members it does not know are left alone, those it needs are named") {
  std::string json = to_json(full());
  json.insert(1, R"("new":{"x":1},)");
  CHECK(parse_task_config(json));
  const std::string wrong = R"("processes":2)";
  json.replace(json.find(wrong), wrong.size(), R"("processes":0)");
  const auto read = parse_task_config(json);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ErrorCode::bad_answer);
  CHECK(read.error().message.find("`stages.processes`") != std::string::npos);
  CHECK_FALSE(parse_task_config("{}"));
  CHECK_FALSE(parse_task_config("[]"));
  CHECK_FALSE(parse_task_config("{"));
}
