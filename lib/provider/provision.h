// Capability "provision": the resources that an orchestrator needs at its provider, each looked
// for, made when absent, changed when different.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/value.h"
#include "provider/session.h"
#include "store/sequence.h"

namespace orch::provider {

struct Look {
  store::Found found = store::Found::absent;
  std::vector<std::string> differences = {};  // "max_concurrent_runs: 3 → 5"; of `other`
};

struct Resource {
  std::string name;  // unique: "pool gpu-pool", "file /Workspace/…/requirements.txt"
  std::function<Result<Look>()> look;
  std::function<Status()> apply;  // makes or changes it, as the last look has found it
  // What `delete --resources` needs to take it down; null: nothing to take down.
  std::function<doc::Value()> handle = {};
};

struct ProvisionRequest {
  std::string name;            // the orchestrator's
  doc::Value spec;             // `provision:` of its file, checked against provision_fields()
  std::string base_directory;  // of relative paths in it
  std::string client_id;       // of the service principal that FiftyOne acts as; empty: not known
  std::string api_url;         // FiftyOne's, for the jobs; empty: not known
  bool dry_run = false;        // nothing is made: what would be has no id
  bool overwrite_secrets = false;  // store values again although they cannot be compared
  // The value of a secret field ("scope.secrets.X"), in any of its forms.
  std::function<Result<std::string>(const std::string& path, const doc::Value& source)> read_secret;
};

// The resources refer to this and live as long.
class Provision {
 public:
  virtual ~Provision() = default;
  virtual std::vector<Resource> resources() = 0;  // in the order of their dependencies
  virtual std::vector<std::string> warnings() const = 0;
  // What the registration takes from it, once everything is applied: {"jobId": "7", …}.
  virtual doc::Value config() const = 0;
};

}  // namespace orch::provider
