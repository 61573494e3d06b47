// The temporary files of a task manager: one private directory, one budget, unlinked as soon as
// no later stage needs them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/file.h"
#include "base/result.h"
#include "pipeline/byte_budget.h"
#include "pipeline/item.h"

namespace orch::pipeline {

// ORCH_TMPDIR, else /dev/shm when it has twice the budget free, else TMPDIR, else /tmp.
std::string choose_temp_root(const EnvMap& env, std::uint64_t budget);

class TempFiles {
 public:
  TempFiles(const EnvMap& env, std::uint64_t budget);
  ~TempFiles();  // removes the directory and all in it
  TempFiles(const TempFiles&) = delete;
  TempFiles& operator=(const TempFiles&) = delete;

  // A new path in the directory (made at the first call, which also removes what dead task
  // managers left). `like` lends its ending: workers look at ".jpg".
  Result<std::string> new_path(std::string_view like = {});

  // The file at `path` becomes the item's; the one it owned before goes.
  void adopt(Item& item, std::string path, std::uint64_t bytes);
  // Unlinks what the item owns: its path if it is ours, its `out` if it has one.
  void drop_path(Item& item);
  void drop_out(Item& item);

  ByteBudget& budget() { return budget_; }
  const ByteBudget& budget() const { return budget_; }

 private:
  Status make_directory();

  EnvMap env_;
  std::uint64_t limit_;
  ByteBudget budget_;
  std::string directory_;
  std::optional<FileLock> lock_;
  std::uint64_t made_ = 0;
};

}  // namespace orch::pipeline
