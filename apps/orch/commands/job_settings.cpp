#include "commands/job_settings.h"

#include "config/settings.h"

namespace orch::commands {

Result<job::Limits> job_limits(cli::Invocation& run) {
  const config::Settings* settings = ORCH_TRY(run.settings());
  job::Limits limits;
  limits.max_job_managers =
      static_cast<int>(ORCH_TRY(settings->integer("limits.max_job_managers")));
  limits.max_task_managers =
      static_cast<int>(ORCH_TRY(settings->integer("limits.max_task_managers")));
  return limits;
}

Result<std::vector<job::JobPolicy>> job_policies(cli::Invocation& run) {
  const config::Settings* settings = ORCH_TRY(run.settings());
  const doc::Value policies = ORCH_TRY(settings->policies());
  if (policies.is_null()) return std::vector<job::JobPolicy>();
  const config::Setting path = settings->config_path();
  const std::string* name = path.value.string();
  return job::parse_policies(policies, name != nullptr ? *name : "config.yaml");
}

}  // namespace orch::commands
