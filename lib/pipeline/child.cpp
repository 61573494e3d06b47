#include "pipeline/child.h"

#include <algorithm>
#include <csignal>

namespace orch::pipeline {

Result<std::unique_ptr<Child>> Child::start(Loop& loop, const SpawnSpec& spec) {
  const pid_t pid = ORCH_TRY(spawn(spec));
  auto exit = std::make_shared<Exit>();
  loop.on_exit(pid, [exit](int status) {
    exit->seen = true;
    exit->status = status;
  });
  return std::unique_ptr<Child>(new Child(pid, std::move(exit)));
}

Child::~Child() {
  // What it left running goes too; gently when it ended by itself (trackers that clean up behind
  // it ignore TERM and end on their own).
  signal_group(pid_, exited() && !forced_ ? SIGTERM : SIGKILL);
}

void Child::end_at(SteadyTime when, Duration grace) {
  forced_ = true;
  if (kill_at_ && *kill_at_ <= when + grace) return;
  term_at_ = when;
  kill_at_ = when + grace;
}

void Child::kill_now() {
  forced_ = true;
  if (!exited()) signal_group(pid_, SIGKILL);
}

std::optional<SteadyTime> Child::tick(SteadyTime now) {
  if (exited()) return std::nullopt;
  if (term_at_ && *term_at_ <= now) {
    signal_group(pid_, SIGTERM);
    term_at_.reset();
  }
  if (kill_at_ && *kill_at_ <= now) {
    signal_group(pid_, SIGKILL);
    kill_at_.reset();
  }
  return term_at_ ? term_at_ : kill_at_;
}

}  // namespace orch::pipeline
