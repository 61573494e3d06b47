// A deployed bundle as its directory describes it: what `status` and `doctor` look at.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "doc/value.h"
#include "ops/env_file.h"

namespace orch::ops {

struct DeployedService {
  std::string name;
  std::string image;
  std::string kind;       // model_download, tfserving, triton, router, model_proxy
  std::string model_id;   // of a server; else empty
  std::string cpu_limit;  // after the variables; empty: none
  std::string cpu_reservation;
};

struct Deployment {
  std::string directory;  // absolute
  std::string bundle;
  std::string base;    // the directory of its compose file
  EnvPairs variables;  // as compose sees them, the strongest last
  std::int64_t http_port = 0;
  std::int64_t grpc_port = 0;
  bool uses_gcs = false;
  std::vector<DeployedService> services;  // in the order they start
};

// Errors: file_not_found when the directory is no deployment, invalid_file when what it includes
// cannot be read.
Result<Deployment> read_deployment(const std::string& directory, const EnvMap& environment);

// ${NAME}, ${NAME:-default} and ${NAME:?…} with these variables; $$ is a dollar.
std::string with_variables(std::string_view text, const EnvPairs& variables);

}  // namespace orch::ops
