// The children of a Loop: reaps those it was told of, by pid, and others only on demand.
#pragma once

#include <sys/types.h>

#include <functional>
#include <unordered_map>
#include <vector>

namespace orch {

class ChildWatch {
 public:
  using Handler = std::function<void(int wait_status)>;
  using StrangerHandler = std::function<void(pid_t, int wait_status)>;

  void add(pid_t child, Handler handler);
  void adopt_strangers(StrangerHandler handler);
  // Something may have ended before it was added: its SIGCHLD may be long gone.
  bool has_unchecked() const { return !unchecked_.empty() || strangers_unchecked_; }
  // Reaps and reports what was added since the last time and has ended already.
  void check_new();
  // After SIGCHLD, which may stand for many children: reaps and reports all that ended.
  void sweep();

 private:
  bool try_reap(pid_t child);
  void report(pid_t child, int wait_status);
  void try_reap_all();

  std::unordered_map<pid_t, Handler> handlers_;
  std::vector<pid_t> unchecked_;
  StrangerHandler stranger_;
  bool adopts_strangers_ = false;
  bool strangers_unchecked_ = false;
};

}  // namespace orch
