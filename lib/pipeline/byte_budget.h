// How many bytes of temporary files a task manager may hold. Pure counting: who may write more.
#pragma once

#include <cstdint>

namespace orch::pipeline {

class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t limit) : limit_(limit) {}

  std::uint64_t in_use() const { return in_use_; }
  // The oldest item may always go on, and so may one when nobody else holds or expects anything:
  // a budget smaller than one file slows the pipeline down and never stops it.
  bool allows(std::uint64_t bytes, bool oldest_or_alone) const {
    return oldest_or_alone || in_use_ + bytes <= limit_;
  }
  void charge(std::uint64_t bytes) { in_use_ += bytes; }
  void release(std::uint64_t bytes) { in_use_ -= bytes < in_use_ ? bytes : in_use_; }

 private:
  std::uint64_t limit_;
  std::uint64_t in_use_ = 0;
};

// What a file of a stage will probably take, from those seen so far.
class SizeGuess {
 public:
  explicit SizeGuess(std::uint64_t first) : guess_(first) {}
  std::uint64_t bytes() const { return guess_; }
  void saw(std::uint64_t bytes) { guess_ = guess_ / 4 * 3 + bytes / 4; }

 private:
  std::uint64_t guess_;
};

}  // namespace orch::pipeline
