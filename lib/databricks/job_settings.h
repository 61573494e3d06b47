// The job of an orchestrator as Jobs 2.2 takes it, and how an existing one differs. Pure.
#pragma once

#include <string>
#include <vector>

#include "databricks/provision_spec.h"
#include "doc/value.h"

namespace orch::databricks {

inline constexpr const char* kExecutionTask = "execute_task";
inline constexpr const char* kRegistrationTask = "register_task";

// What the settings refer to, as the earlier steps have found or made it.
struct JobParts {
  std::string entrypoint;         // paths in the workspace
  std::string requirements;       // empty: none
  std::string binary;             // empty: the script
  std::string init_script;        // empty: none
  std::string plugins;            // empty: none
  std::string execution_pool;     // ids
  std::string registration_pool;  // empty: one task
  std::string api_url;            // empty: not known
  std::string image_password;
};

doc::Value job_settings(const ProvisionSpec& spec, const JobParts& parts);

// The cluster's variables: the guide's nine, then `env:`.
doc::Value cluster_env(const ProvisionSpec& spec, const JobParts& parts);

// "max_concurrent_runs: 3 → 5". Members that only the found one has are the service's own, except
// in maps of variables and among tasks and clusters. Lists of tasks, clusters and parameters are
// compared by their keys.
std::vector<std::string> differences(const doc::Value& wanted, const doc::Value& found);

// The smallest body of jobs/update that makes `found` like `wanted`: {"new_settings",
// "fields_to_remove"?}.
doc::Value job_update(const doc::Value& wanted, const doc::Value& found);

}  // namespace orch::databricks
