#include "ops/job_file.h"

#include <fmt/core.h>

#include "base/file.h"
#include "ops/file_kind.h"

namespace orch::ops {

Result<job::JobSpec> load_job(const JobFileRequest& request, const EnvMap& environment) {
  const bool standard_input = request.path == "-";
  const std::string path =
      standard_input ? "standard input" : resolve(request.current_directory, request.path);
  if (!standard_input && is_directory(path)) {
    return fail(ErrorCode::file_not_found, path + " is a directory",
                "name the job file in it, or a job with job/NAME");
  }
  const std::string text = ORCH_TRY(standard_input ? read_fd(0, path) : read_file(path));
  const doc::Value document = ORCH_TRY(doc::parse_yaml(text, path));
  ORCH_TRY(check_kind(document, "Job", request.path));
  job::SpecOptions options;
  options.name = standard_input ? "-" : path;
  options.base_directory = standard_input ? request.current_directory : directory_of(path);
  options.set = request.set;
  options.current_directory = request.current_directory;
  options.environment = &environment;
  options.policies = request.policies;
  job::JobSpec spec = ORCH_TRY(job::parse_job(document, options));
  if (standard_input && spec.input.path == "-") {
    return fail(ErrorCode::invalid_file, "the job file and its input are both standard input",
                "put one of the two into a file");
  }
  return spec;
}

}  // namespace orch::ops
