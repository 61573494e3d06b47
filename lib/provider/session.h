// What a provider is given to act for one orchestrator.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/environment.h"
#include "doc/value.h"
#include "http/api.h"

namespace orch::provider {

struct Session {
  const EnvMap& environment;
  http::Transport& transport;  // under the retry engine with the provider's table
  Clock& clock;
  std::string cache_directory;  // for what may be thrown away: tokens, 0600
  std::string profile = {};     // of a flag; empty: `auth`, else the provider's own chain
  doc::Value auth = {};         // the orchestrator's `auth:`; null: none
  bool admin = false;           // provisioning and rotation: `auth.admin` before `auth`
};

// An orchestrator, as far as its provider needs to know it.
struct Place {
  std::string name;
  doc::Value config = doc::Value::Object{};  // the environment's keys
};

}  // namespace orch::provider
