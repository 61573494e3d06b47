// The line of a failed input as the runner itself writes it (task managers write all others,
// pipeline/result_line.h). Format: docs/results.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace orch::job {

struct FailedLine {
  std::uint64_t index = 0;
  std::string_view input;  // raw JSON
  std::string_view code;
  std::string message;
  int attempts = 1;
  std::uint32_t split = 0;
  int task_manager = 0;  // 0: none
};

std::string failed_line(const FailedLine& line);

}  // namespace orch::job
