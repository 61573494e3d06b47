// The directory of a job that is being made: gone again unless the job came to be, also when its
// maker is killed half way.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/result.h"
#include "store/store.h"

namespace orch::ops {

class JobDirectory {
 public:
  // Makes <state>/jobs/<id>, and a marker in <state>/creating that is locked as long as this lives.
  // Removes what dead makers left there first.
  static Result<JobDirectory> create(const store::Store& store, const std::string& id);
  JobDirectory(JobDirectory&& other) noexcept
      : path_(std::move(other.path_)),
        marker_(std::move(other.marker_)),
        lock_(std::exchange(other.lock_, std::nullopt)) {}
  JobDirectory& operator=(JobDirectory&&) = delete;
  ~JobDirectory();

  const std::string& path() const { return path_; }
  void keep();  // the job is in the store

 private:
  JobDirectory(std::string path, std::string marker, FileLock lock)
      : path_(std::move(path)), marker_(std::move(marker)), lock_(std::move(lock)) {}

  std::string path_;
  std::string marker_;
  std::optional<FileLock> lock_;  // empty: kept, or moved from
};

}  // namespace orch::ops
