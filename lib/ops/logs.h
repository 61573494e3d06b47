// What a job's workers said: the stored lines, in the order of their time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::ops {

struct LogRequest {
  std::string job_directory;
  std::optional<std::uint64_t> split;  // only lines that name this split
};

// Reads a job's log files; each call of read() gives what was added since the last one. Within
// one read lines of different task managers are merged by their time.
class LogReader {
 public:
  explicit LogReader(LogRequest request) : request_(std::move(request)) {}
  // Whole lines, newline included, in the buffer's order; the view lives for the call.
  Status read(const std::function<Status(std::string_view line)>& each);

 private:
  struct File {
    std::string path;
    std::uint64_t offset = 0;
  };
  Status find_files();

  LogRequest request_;
  std::vector<File> files_;
};

}  // namespace orch::ops
