// The file under a ledger, as the few things a ledger does to it. A seam: tests lose what was not
// synced, fail writes and syncs, and look at what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::job {

class LogFile {
 public:
  virtual ~LogFile() = default;

  virtual Result<std::uint64_t> size() = 0;
  // At most `size` bytes from `offset`; 0 only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, char* to, std::size_t size) = 0;
  // All or an error; after an error any part may be there.
  virtual Status append(std::string_view bytes) = 0;
  virtual Status sync() = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  // Copies what lies behind `from` to where a person can find it, and says where.
  virtual Result<std::string> set_aside(std::uint64_t from) = 0;
};

// Opens or creates (0600) the file; its directory must be there. Bytes set aside go to PATH.cut.
Result<std::unique_ptr<LogFile>> open_log_file(const std::string& path);

}  // namespace orch::job
