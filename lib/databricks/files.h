// Files in a workspace (/Workspace/…) or a volume (/Volumes/…), by path alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "databricks/client.h"

namespace orch::databricks {

class Files {
 public:
  explicit Files(Client& client) : client_(client) {}

  // Its size in bytes; nullopt: there is no such file. A directory is 0 bytes.
  Result<std::optional<std::uint64_t>> size(const std::string& path);
  // Whole; of what orch itself writes, so a few KiB.
  Result<std::string> read(const std::string& path);
  Status write(const std::string& path, std::string_view bytes);  // replaces; never as a notebook
  Status make_directory(const std::string& path);                 // with its parents; may exist
  Result<bool> has_directory(const std::string& path);
  // Absent is fine. A directory goes with all in it.
  Status remove(const std::string& path);
  Status remove_directory(const std::string& path);

 private:
  Status erase(const std::string& url, const std::string& path);

  Client& client_;
};

}  // namespace orch::databricks
