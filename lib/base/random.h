// Randomness as a seam.
#pragma once

#include <cstdint>
#include <string>

namespace orch {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0, 1)
};

Random& system_random();  // getrandom(2)

// Reproducible, for tests and jitter.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;  // splitmix64

 private:
  std::uint64_t state_;
};

// `length` characters of a–z and 2–7: lower case, no look-alikes, safe in file and job names.
std::string random_id(Random& random, int length);

}  // namespace orch
