// What the tests of the ledger share.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/file.h"
#include "job/ledger.h"
#include "store/store.h"

namespace orch::job {

class LedgerDirectory {
 public:
  LedgerDirectory() {
    // In memory where that can be had: what syncs cost is not tested here.
    const bool memory = access("/dev/shm", W_OK) == 0;
    const auto parent = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (parent / "orch-ledger-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  LedgerDirectory(const LedgerDirectory&) = delete;
  LedgerDirectory& operator=(const LedgerDirectory&) = delete;
  ~LedgerDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string state() const { return path + "/state"; }
  std::string log() const { return path + "/results.ndjson"; }

  std::string path;
};

inline std::string result_line(std::uint64_t index, bool ok = true) {
  return "{\"index\":" + std::to_string(index) + ",\"input\":\"input " + std::to_string(index) +
         (ok ? "\",\"status\":\"ok\",\"result\":{\"label\":\"cat\"}}"
             : "\",\"status\":\"failed\",\"error\":{\"code\":\"timed_out\",\"message\":\"slow\"}}");
}

// A store that knows the job "j-1" of `total` inputs.
inline store::Store store_with_job(const LedgerDirectory& directory, std::uint64_t total) {
  store::Store store = store::Store::open(directory.state()).value();
  store::JobRow row;
  row.id = "j-1";
  row.name = "j";
  row.total = total;
  if (!store.add_job(row)) abort();
  return store;
}

inline LedgerOptions ledger_options(const LedgerDirectory& directory, std::uint64_t total) {
  LedgerOptions options;
  options.job_id = "j-1";
  options.log_path = directory.log();
  options.total = total;
  return options;
}

}  // namespace orch::job
