// What `orch register` was given, a file or flags, as one orchestrator document.
#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "control/orchestrator_spec.h"

namespace orch::ops {

struct RegisterArguments {
  std::string file;  // "-": standard input; empty: flags alone
  std::string name;
  std::string environment;
  std::string registry;
  std::string description;
  bool has_description = false;
  std::vector<std::string> config;        // key=value
  std::vector<std::string> secrets;       // FIELD=ref:NAME|env:VAR|file:PATH|stdin|prompt
  std::vector<std::string> secret_names;  // FIELD=NAME
  std::vector<std::string> set;           // path=value
  std::string current_directory;
};

// With a file the flags change it. Errors: usage for a flag, else those of parse_orchestrator.
Result<control::OrchestratorSpec> read_orchestrator(const RegisterArguments& arguments,
                                                    const EnvMap& environment);

}  // namespace orch::ops
