#include "pipeline/stage.h"

#include <utility>

namespace orch::pipeline {

EnvMap stage_environment(const TaskConfig& config, std::string_view stage) {
  EnvMap env = config.env;
  env["ORCH_JOB_ID"] = config.job_id;
  env["ORCH_TASK_MANAGER"] = std::to_string(config.task_manager);
  env["ORCH_STAGE"] = stage;
  return env;
}

Error cannot_run(const job::StageSpec& stage, Error error) {
  error.code = ErrorCode::stage_failed;
  error.message = "stage " + stage.name + ": " + error.message;
  return error;
}

bool is_permanent(const Error& error) {
  return error.code == ErrorCode::file_not_found || error.code == ErrorCode::permission_denied ||
         error.code == ErrorCode::file_unreadable;
}

}  // namespace orch::pipeline
