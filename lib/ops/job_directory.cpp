#include "ops/job_directory.h"

#include <dirent.h>
#include <unistd.h>

#include <memory>
#include <string_view>

#include "base/log.h"

namespace orch::ops {
namespace {

// A dead maker's directory goes, unless its job came to be in its last moment.
void remove_left_over(const store::Store& store, const std::string& markers) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(markers.c_str()), ::closedir);
  if (!listing) return;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string id = entry->d_name;
    if (id.starts_with('.')) continue;
    const std::string marker = markers + "/" + id;
    const auto lock = FileLock::acquire(marker);
    if (!lock) continue;  // its maker is at work
    const auto row = store.job(id);
    if (!row) continue;
    if (!*row && remove_tree(store.job_directory(id))) {
      log_verbose("removed what an interrupted submit left of " + id);
    }
    ::unlink(marker.c_str());
  }
}

}  // namespace

Result<JobDirectory> JobDirectory::create(const store::Store& store, const std::string& id) {
  const std::string markers = store.directory() + "/creating";
  ORCH_TRY(make_directories(markers));
  remove_left_over(store, markers);
  std::string marker = markers + "/" + id;
  FileLock lock = ORCH_TRY(FileLock::acquire(marker));
  JobDirectory made(store.job_directory(id), std::move(marker), std::move(lock));
  ORCH_TRY(make_directories(made.path_));
  return made;
}

JobDirectory::~JobDirectory() {
  if (!lock_) return;
  (void)remove_tree(path_);
  ::unlink(marker_.c_str());
}

void JobDirectory::keep() {
  ::unlink(marker_.c_str());
  lock_.reset();
}

}  // namespace orch::ops
