#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace orch {
namespace {

// Unbuffered on purpose: nothing to lock between threads, nothing to repeat after a fork.
class SystemRandom : public Random {
 public:
  std::uint64_t next() override {
    std::uint64_t value = 0;
    // Up to 256 bytes are never cut short; EINTR can only come before the pool is ready at boot.
    while (getrandom(&value, sizeof value, 0) != static_cast<ssize_t>(sizeof value)) {
      if (errno != EINTR) std::abort();  // no random numbers: any name made now could collide
    }
    return value;
  }
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

std::uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

std::string random_id(Random& random, int length) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr int kCharactersADraw = 12;  // five bits each
  std::string id;
  std::uint64_t bits = 0;
  for (int i = 0; i < length; ++i) {
    if (i % kCharactersADraw == 0) bits = random.next();
    id += kAlphabet[bits & 31U];
    bits >>= 5;
  }
  return id;
}

}  // namespace orch
