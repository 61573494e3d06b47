// Reads a job file (or standard input) as the command line names it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "job/spec.h"

namespace orch::ops {

struct JobFileRequest {
  std::string path;                      // "-": standard input
  std::vector<std::string> set;          // --set path=value
  std::string current_directory;         // of relative paths on the command line
  std::vector<job::JobPolicy> policies;  // own tables by name, of the config file
};

Result<job::JobSpec> load_job(const JobFileRequest& request, const EnvMap& environment);

}  // namespace orch::ops
