// Carries a child's output to one of our own descriptors, looking for what ConflictScanner knows.
// The kernel moves the bytes from pipe to pipe or file (splice); only what is looked at is copied
// into this process, so a flood costs little and memory stays flat.
#pragma once

#include <string>

#include "base/file.h"
#include "base/loop.h"
#include "base/process.h"
#include "entrypoint/conflicts.h"

namespace orch::entrypoint {

class Relay {
 public:
  // Everything is looked at until this much came at more than the rate; of a longer flood the rate.
  static constexpr std::size_t kBurst = 16 << 20;
  static constexpr std::size_t kLookedAtPerSecond = 4 << 20;

  // `name` is "standard output" or "standard error".
  Relay(Loop& loop, int target, std::string name);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Makes the pipe; its write end is for the child.
  Result<Fd> open();
  // The write end is with the child alone from here on: carry until it is closed everywhere.
  Status start();
  // What is in the pipe now is all that will come.
  void finish();
  bool over() const { return !source_; }
  // The target took no more (no space, no reader): the child's next write fails, as it would have
  // without a relay.
  const Status& status() const { return status_; }
  const ConflictScanner& scanner() const { return scanner_; }

 private:
  enum class Turn { moved, empty, target_full, over };
  void run_turns();
  Turn turn();
  Turn look();  // moved: something is there, and `seen_` bytes of it were looked at
  Turn splice_on();
  Turn copy_on();
  Turn fail_with(int error_number);
  void refill();
  void pause();
  void wait_for_target();
  void end();

  Loop& loop_;
  ConflictScanner scanner_;
  int target_;
  std::string name_;
  Fd source_;
  Pipe glass_;             // a second reference to the bytes, for looking at them
  std::size_t seen_ = 0;   // bytes at the head of source_ that were looked at
  std::size_t moved_ = 0;  // in this run of turns
  std::size_t allowance_ = kBurst;
  SteadyTime refilled_;
  bool splices_ = true;  // the target can be spliced to
  bool watches_target_ = false;
  bool finishing_ = false;
  Loop::TimerId pause_ = 0;
  Status status_;
};

}  // namespace orch::entrypoint
