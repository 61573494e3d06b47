// Starting children in tests and seeing what they say and how they end.
#pragma once

#include <sys/wait.h>

#include <string>
#include <utility>
#include <vector>

#include "base/process.h"

namespace orch::test {

struct Ended {
  std::string output;  // standard output
  int wait_status = 0;
};

inline int wait_for(pid_t child) {
  int wait_status = 0;
  ::waitpid(child, &wait_status, 0);
  return wait_status;
}

// Runs to the end, standard output caught.
inline Result<Ended> run(SpawnSpec spec) {
  Pipe pipe = ORCH_TRY(make_pipe());
  spec.stdout_fd = pipe.write.get();
  const pid_t child = ORCH_TRY(spawn(spec));
  pipe.write.reset();
  Ended ended;
  ended.output = ORCH_TRY(read_fd(pipe.read.get(), "output"));
  ended.wait_status = wait_for(child);
  return ended;
}

inline SpawnSpec shell(std::string script) {
  SpawnSpec spec;
  spec.argv = {"/bin/sh", "-c", std::move(script)};
  spec.env = {{"PATH", "/usr/bin:/bin"}};
  return spec;
}

}  // namespace orch::test
