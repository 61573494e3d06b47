// Child processes: one way to start them, so that none outlives its parent or inherits a lock.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/file.h"
#include "base/result.h"

namespace orch {

struct SpawnSpec {
  // argv[0] is looked up in env's PATH when it has no slash; with one it counts from `directory`.
  std::vector<std::string> argv;
  EnvMap env;
  std::string directory;  // empty: the parent's
  int stdin_fd = -1;      // -1: /dev/null
  int stdout_fd = -1;
  int stderr_fd = -1;
  bool own_group = true;  // its own process group, so that a signal reaches its children too
  // Sent to the child when the thread that started it ends; 0: it lives on.
  int death_signal = 9;
  bool own_session = false;  // setsid: for what must survive the terminal
};

// Starts the child by vfork and exec: cost does not grow with the parent's memory. Signal mask
// and dispositions are the defaults in the child. file_not_found / permission_denied say why
// argv[0] cannot run (126/127 in shells). The child gets descriptors 0–2 and no other.
Result<pid_t> spawn(const SpawnSpec& spec);

// The file that spawn would run, for those who start the same program often: `name` itself when it
// has a slash, else the first executable one in env's PATH (relative entries count from
// `directory`), else one that is there but not executable, so that exec says why, else empty.
std::string find_program(const std::string& name, const EnvMap& env, const std::string& directory);

struct Pipe {
  Fd read;
  Fd write;
};
Result<Pipe> make_pipe();  // close-on-exec
Status set_nonblocking(int fd, bool on = true);

// Absolute path of this executable, for starting more of it.
std::string self_executable();
// This process leaves no core file, and other processes of its user cannot look into its memory or
// environment: secrets pass through both. Children are their own again once they are executed.
void forbid_core_dumps();
// TERM to the group now; the caller arms the KILL. Absent groups are fine.
void signal_group(pid_t leader, int signal_number);
// Makes orphaned grandchildren ours, so that they can be found and ended.
void become_subreaper();
// Direct living children of this process (own and adopted), from /proc; zombies are not listed.
std::vector<pid_t> children();

// "exit status 3", "signal 9 (Killed)"
std::string describe_wait_status(int wait_status);
// 0–255 for exits, 128+n for signals.
int exit_status_of(int wait_status);

}  // namespace orch
