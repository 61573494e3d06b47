// `provision:` of an orchestrator on Databricks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/fields.h"
#include "doc/value.h"

namespace orch::databricks {

struct ProvisionSpec {
  std::string folder;        // "/Workspace/…" or "/Volumes/…", without a slash at the end
  std::string requirements;  // the text of requirements.txt; empty: none
  std::vector<std::string> packages;                              // its lines
  std::string scope;                                              // of secrets; empty: none
  std::vector<std::pair<std::string, doc::Value>> scope_secrets;  // key, where the value comes from
  std::vector<std::string> readers;                               // of the scope
  bool uses_script = false;      // a plain Python entrypoint instead of the launcher of this binary
  std::string artifact;          // the binary to send; empty: this one
  doc::Value execution_pool;     // as the API takes it
  doc::Value registration_pool;  // null: one task and one cluster do both
  std::string plugins_upload;    // a directory here
  std::string plugins_path;      // … or one there
  std::string init_script;       // … or a script here
  doc::Value env = doc::Value::Object{};
  doc::Value image;  // {url, basic_auth}
  std::string job_name;
  std::int64_t max_concurrent_runs = 0;
  std::string spark_version;
  std::string default_command;
  doc::Value patch = doc::Value::Object{};
  std::string job_permission;
  std::string pool_permission;
};

// The schema, for checking a file.
config::Field provision_fields();

// `value` has been checked against it. Relative paths are resolved; requirements.file is read.
Result<ProvisionSpec> read_provision(const doc::Value& value, const std::string& base_directory);

// What will cost time later, with its cure. Nothing is asked elsewhere.
std::vector<std::string> warnings_of(const ProvisionSpec& spec);

// The part of `register --init databricks` that stands for it, commented.
std::string provision_template();

}  // namespace orch::databricks
