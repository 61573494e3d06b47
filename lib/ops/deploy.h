// A deployment of a bundle: the copy of example/ that a server runs. Made or completed; what a
// person has written there is never changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "doc/value.h"
#include "ops/bundle.h"

namespace orch::ops {

struct DeployWrite {
  std::string path;  // relative to the deployment
  std::string content;
  mode_t mode = 0644;
  bool is_new = false;                  // the file was not there
  std::vector<std::string> added = {};  // the variables that come, when it was
};

struct DeployPlan {
  std::string directory;  // of the deployment, absolute
  std::vector<DeployWrite> writes;
  std::vector<std::string> tighten;   // credentials that others may read
  std::vector<std::string> to_fill;   // what a person must still write, and where
  std::vector<std::string> news;      // what has changed since the copy
  std::vector<std::string> siblings;  // other deployments of the same base
  std::string command;                // what starts it
  std::string record;                 // what of the example was copied: for the next time's news
};

// `wanted` is a name beside example/, or a path to such a place. Reads only.
Result<DeployPlan> plan_deployment(const Bundle& bundle, const std::string& directory,
                                   const std::string& wanted, const std::string& current_directory);
Status apply_deployment(const DeployPlan& plan, const std::string& directory);

// {"directory","created","added","to_fill","news","siblings","command"}
doc::Value to_value(const DeployPlan& plan);

// What the bucket's credentials do not say yet: `env` is creds/<bundle>/.env, `has_key` whether
// gcs.json is there.
std::vector<std::string> missing_credentials(std::string_view env, bool has_key,
                                             const std::string& bundle, bool gcs);

}  // namespace orch::ops
