// How a deployed bundle stands: what its proxy answers, and what docker says of its services.
#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "doc/value.h"
#include "http/api.h"
#include "ops/deployment.h"

namespace orch::ops {

struct ProbeRow {
  bool ready = false;
  bool answers = false;  // something is there
  std::string address;
  std::string detail;  // why not, or what it said
};

struct ServiceRow {
  std::string name;
  std::string kind;
  std::string model_id;
  std::string state;  // docker's word; "absent": no container; empty: docker could not be asked
  std::string health;
  int exit_code = 0;
  bool ready = false;
  bool failed = false;  // waiting does not help: it has ended badly
  std::string detail;
};

struct ServingStatus {
  std::string bundle;
  std::string directory;
  ProbeRow http;
  ProbeRow grpc;
  std::vector<ServiceRow> services;
  std::string docker_problem;  // why docker could not be asked; empty: it was

  bool ready() const;    // all that could be looked at
  bool answers() const;  // anything does
  bool failed() const;   // waiting does not help
};

ServingStatus look_at(const Deployment& deployment, http::Transport& transport,
                      const EnvMap& environment);

// {"bundle","directory","ok","proxy":{"http","grpc"},"services":[…]}
doc::Value to_value(const ServingStatus& status);

}  // namespace orch::ops
