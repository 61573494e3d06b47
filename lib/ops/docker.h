// docker and docker compose, as commands of this machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/capture.h"
#include "base/environment.h"
#include "base/result.h"
#include "doc/value.h"

namespace orch::ops {

struct ComposeService {
  std::string name;
  std::string state;   // running, exited, created, restarting …
  std::string health;  // healthy, unhealthy, starting; empty: it has no check
  int exit_code = 0;
};

class Docker {
 public:
  // Commands run in `directory`, without credential variables.
  Docker(const EnvMap& environment, std::string directory);

  // What it printed; `command_failed` with its last words when it fails. file_not_found when there
  // is no docker.
  Result<std::string> run(const std::vector<std::string>& arguments) const;
  // The containers of the deployment, stopped ones too.
  Result<std::vector<ComposeService>> services() const;

 private:
  EnvMap environment_;
  std::string directory_;
};

// One JSON object a line (docker compose since 2.21), or an array of them (before).
Result<std::vector<ComposeService>> parse_services(std::string_view text);

// "24.0.7", "v2.29.1-desktop.1" as numbers; nothing when there are none.
std::optional<std::vector<int>> release_of(std::string_view text);

}  // namespace orch::ops
