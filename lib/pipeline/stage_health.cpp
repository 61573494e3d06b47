#include "pipeline/stage_health.h"

#include <algorithm>

namespace orch::pipeline {

Duration StageHealth::restart_delay() const {
  constexpr Duration kFirst = std::chrono::milliseconds(5);
  constexpr int kDoublings = 4;  // up to 80 ms
  const int in_vain = failed_starts_ + deaths_ + idle_ends_ - 1;
  if (in_vain <= 0) return Duration::zero();
  return kFirst * (1 << std::min(in_vain - 1, kDoublings));
}

}  // namespace orch::pipeline
