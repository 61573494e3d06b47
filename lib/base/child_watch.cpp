#include "base/child_watch.h"

#include <sys/wait.h>

#include <cerrno>
#include <utility>

namespace orch {
namespace {

// A child that has ended and is not reaped yet, or 0. It stays as it is.
pid_t peek_ended() {
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return 0;
  return info.si_pid;
}

}  // namespace

void ChildWatch::add(pid_t child, Handler handler) {
  handlers_[child] = std::move(handler);
  unchecked_.push_back(child);
}

void ChildWatch::adopt_strangers(StrangerHandler handler) {
  stranger_ = std::move(handler);
  adopts_strangers_ = true;
  strangers_unchecked_ = true;
}

void ChildWatch::check_new() {
  for (const pid_t child : std::exchange(unchecked_, {})) {
    if (handlers_.contains(child)) try_reap(child);
  }
  if (std::exchange(strangers_unchecked_, false)) sweep();
}

void ChildWatch::sweep() {
  // One peek an ended child, however many are alive.
  for (;;) {
    const pid_t child = peek_ended();
    if (child == 0) return;
    if (!handlers_.contains(child) && !adopts_strangers_) return try_reap_all();
    if (!try_reap(child)) return;
  }
}

// A zombie that is none of ours hides the others from the peek: ask for each.
void ChildWatch::try_reap_all() {
  std::vector<pid_t> all;
  all.reserve(handlers_.size());
  for (const auto& [child, handler] : handlers_) all.push_back(child);
  for (const pid_t child : all) {
    if (handlers_.contains(child)) try_reap(child);
  }
}

bool ChildWatch::try_reap(pid_t child) {
  int wait_status = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(child, &wait_status, WNOHANG);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return false;
  // Somebody else reaped it: the status is lost, but its owner must not wait forever.
  constexpr int kUnknownStatus = 255 << 8;
  report(child, got < 0 ? kUnknownStatus : wait_status);
  return true;
}

void ChildWatch::report(pid_t child, int wait_status) {
  if (const auto node = handlers_.extract(child)) {
    if (node.mapped()) node.mapped()(wait_status);
  } else if (const auto handler = stranger_) {  // a copy: the handler may replace itself
    handler(child, wait_status);
  }
}

}  // namespace orch
