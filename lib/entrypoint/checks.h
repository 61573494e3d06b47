// What is wrong with a container's environment before a FiftyOne command starts in it: traps that
// otherwise show up as a hang or a failed import, after the machine has been paid for. Nothing here
// is guessed: each was seen with the vendor's package or stands in its documentation.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/environment.h"

namespace orch::entrypoint {

struct Finding {
  bool fatal = false;   // the command would hang or fail at once
  std::string message;  // which variable, what is wrong; never a value that could be a secret
  std::string cure;
};

struct Checked {
  EnvMap env;  // for the child: one pair of literal quotes taken off, a harmful variable left out
  std::vector<Finding> findings;
};

// argv[0] is fiftyone or a Python that is told `-m fiftyone…` (whatever the path).
bool is_fiftyone(std::span<const std::string> argv);
// The checks concern this start: a fiftyone command, or FIFTYONE_INTERNAL_SERVICE is on.
bool concerns_fiftyone(std::span<const std::string> argv, const EnvMap& env);

// Reads the plugin directory and FiftyOne's config file where the variables point to them.
Checked check_environment(std::span<const std::string> argv, EnvMap env);

}  // namespace orch::entrypoint
