// What a task manager is told before its first split: the JSON in the runner's version frame.
// Part of the protocol (docs/frames.md): fields are only added.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "job/spec.h"

namespace orch::pipeline {

struct TaskConfig {
  std::string job_id;
  int task_manager = 1;        // from 1, in result lines
  std::string base_directory;  // of relative inputs
  std::string bucket;          // relative inputs are keys in it; empty: they are files or text
  std::string working_dir;
  EnvMap env;  // resolved; on the wire only (a pipe), never stored or logged
  job::DownloadSpec download;
  std::vector<job::StageSpec> stages;
  int retry_item = 2;
  bool keep_alive = true;
  Duration keep_alive_interval = std::chrono::seconds(2);
  std::uint64_t byte_budget = 256ull << 20;
  Duration stop_grace = std::chrono::seconds(5);  // for workers whose input was closed
};

std::string to_json(const TaskConfig& config);
// bad_answer when it is not what to_json writes; unknown fields are ignored.
Result<TaskConfig> parse_task_config(std::string_view json);

}  // namespace orch::pipeline
