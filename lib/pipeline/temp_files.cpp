#include "pipeline/temp_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/text.h"

namespace orch::pipeline {

namespace {

constexpr std::string_view kPrefix = "orch-tm-";
constexpr std::string_view kUnfinished = ".orch-tm-";
constexpr std::string_view kLockName = "/lock";
constexpr std::size_t kLongestEnding = 8;

bool has_room(const char* directory, std::uint64_t bytes) {
  struct statvfs info {};
  if (::statvfs(directory, &info) != 0) return false;
  return info.f_bavail * info.f_frsize >= bytes && ::access(directory, W_OK | X_OK) == 0;
}

// ".jpg" of "http://h/a.jpg?token=…"; empty when there is none worth keeping.
std::string_view ending_of(std::string_view like) {
  like = like.substr(0, like.find_first_of("?#"));
  const std::size_t slash = like.rfind('/');
  if (slash != std::string_view::npos) like.remove_prefix(slash + 1);
  const std::size_t dot = like.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view ending = like.substr(dot);
  if (ending.size() < 2 || ending.size() > kLongestEnding) return {};
  for (const char c : ending.substr(1)) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) return {};
  }
  return ending;
}

std::vector<std::string> entries_with_prefix(const std::string& root, std::string_view prefix) {
  std::vector<std::string> found;
  DIR* directory = ::opendir(root.c_str());
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name.substr(0, prefix.size()) == prefix) found.push_back(root + "/" + std::string(name));
  }
  ::closedir(directory);
  return found;
}

bool is_own_directory(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid();
}

// The lock inside says whether the owner lives; a pid would not, seen from another container
// that shares the file system.
void remove_stale(const std::string& root) {
  for (const std::string& path : entries_with_prefix(root, kPrefix)) {
    if (!is_own_directory(path)) continue;
    if (FileLock::is_held(path + std::string(kLockName))) continue;
    (void)remove_tree(path);
  }
}

}  // namespace

std::string choose_temp_root(const EnvMap& env, std::uint64_t budget) {
  const auto own = get(env, "ORCH_TMPDIR");
  if (own && !own->empty()) return *own;
  if (has_room("/dev/shm", 2 * budget)) return "/dev/shm";
  const auto usual = get(env, "TMPDIR");
  return usual && !usual->empty() ? *usual : "/tmp";
}

TempFiles::TempFiles(const EnvMap& env, std::uint64_t budget)
    : env_(env), limit_(budget), budget_(budget) {}

TempFiles::~TempFiles() {
  if (!directory_.empty()) (void)remove_tree(directory_);
}

Status TempFiles::make_directory() {
  const std::string root = resolve(current_directory(), choose_temp_root(env_, limit_));
  remove_stale(root);
  const std::string name = std::to_string(::getpid()) + "-" + random_id(system_random(), 8);
  // Locked before it has a name that others clean up.
  const std::string unfinished = root + "/" + std::string(kUnfinished) + name;
  const std::string path = root + "/" + std::string(kPrefix) + name;
  if (::mkdir(unfinished.c_str(), 0700) != 0) {
    return fail(
        Error{ErrorCode::output_failed,
              errno_text("cannot make the directory for temporary files", unfinished, errno),
              "point ORCH_TMPDIR at a directory with room",
              {},
              {},
              {}});
  }
  auto lock = FileLock::acquire(unfinished + std::string(kLockName));
  if (!lock || ::rename(unfinished.c_str(), path.c_str()) != 0) {
    const int error = errno;
    (void)remove_tree(unfinished);
    if (!lock) return fail(std::move(lock).error());
    return fail(ErrorCode::output_failed, errno_text("cannot rename", unfinished, error));
  }
  lock_.emplace(std::move(*lock));
  directory_ = path;
  return {};
}

Result<std::string> TempFiles::new_path(std::string_view like) {
  if (directory_.empty()) ORCH_TRY(make_directory());
  return directory_ + "/" + std::to_string(++made_) + std::string(ending_of(like));
}

void TempFiles::adopt(Item& item, std::string path, std::uint64_t bytes) {
  drop_path(item);
  item.path = std::move(path);
  item.owns_path = true;
  item.path_bytes = bytes;
  budget_.charge(bytes);
}

void TempFiles::drop_path(Item& item) {
  if (item.owns_path) {
    ::unlink(item.path.c_str());
    budget_.release(item.path_bytes);
    item.owns_path = false;
    item.path_bytes = 0;
  }
  item.path.clear();
}

void TempFiles::drop_out(Item& item) {
  if (item.out.empty()) return;
  ::unlink(item.out.c_str());
  item.out.clear();
}

}  // namespace orch::pipeline
