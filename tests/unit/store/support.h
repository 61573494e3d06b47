// A directory that ends with its test, and children that check something and exit.
#pragma once

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "store/store.h"

namespace orch::store {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "orch-store-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Runs `work` in a child; its answer is the exit status. -1: ended by a signal.
template <class Work>
int in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline JobRow job_row(std::string id, std::string name) {
  JobRow row;
  row.id = std::move(id);
  row.name = std::move(name);
  row.spec_json = R"({"name":"x"})";
  row.plan_json = "{}";
  row.directory = "/state/jobs/" + row.id;
  row.results_path = row.directory + "/results.ndjson";
  row.total = 10;
  row.created_ms = 1000;
  return row;
}

}  // namespace orch::store
