// A child process in a group of its own, as the stages hold one. Nothing here waits: deadlines
// are looked at by tick(), which the task manager calls once a turn of the loop.
#pragma once

#include <memory>
#include <optional>

#include "base/loop.h"
#include "base/process.h"

namespace orch::pipeline {

class Child {
 public:
  static Result<std::unique_ptr<Child>> start(Loop& loop, const SpawnSpec& spec);
  ~Child();  // the whole group is gone afterwards
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  bool exited() const { return exit_->seen; }
  int wait_status() const { return exit_->status; }

  // TERM to the group at `when`, KILL `grace` later. A later call may only bring it forward.
  void end_at(SteadyTime when, Duration grace);
  void kill_now();
  // Sends what is due. When to call again; nullopt: nothing is planned.
  std::optional<SteadyTime> tick(SteadyTime now);

 private:
  struct Exit {
    bool seen = false;
    int status = 0;
  };
  Child(pid_t pid, std::shared_ptr<Exit> exit) : pid_(pid), exit_(std::move(exit)) {}

  pid_t pid_;
  std::shared_ptr<Exit> exit_;  // shared with the loop's handler, which may outlive this
  std::optional<SteadyTime> term_at_;
  std::optional<SteadyTime> kill_at_;
  bool forced_ = false;
};

}  // namespace orch::pipeline
