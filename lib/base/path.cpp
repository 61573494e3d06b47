// Directories and path names (declared in base/file.h).
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/file.h"
#include "base/text.h"

namespace orch {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

Status remove_entry(int parent, const char* name, const std::string& shown, int depth);

Status remove_content(int fd, const std::string& shown, int depth) {
  const Directory directory(::fdopendir(fd));
  if (directory == nullptr) {
    ::close(fd);
    return fail(write_error("read", shown, errno));
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    ORCH_TRY(remove_entry(::dirfd(directory.get()), entry->d_name, shown + "/" + entry->d_name,
                          depth + 1));
  }
  if (errno != 0) return fail(write_error("read", shown, errno));
  return {};
}

Status remove_entry(int parent, const char* name, const std::string& shown, int depth) {
  constexpr int kDeepest = 200;  // one descriptor a level
  if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM) return fail(write_error("remove", shown, errno));
  const int fd = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return fail(write_error("remove", shown, errno));
  if (depth >= kDeepest) {
    ::close(fd);
    return fail(write_error("remove", shown, ENAMETOOLONG));
  }
  ORCH_TRY(remove_content(fd, shown, depth));
  if (::unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
    return fail(write_error("remove", shown, errno));
  }
  return {};
}

}  // namespace

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Status make_directories(const std::string& path, mode_t mode) {
  if (is_directory(path)) return {};
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), mode) == 0) continue;
    const int reason = errno;
    if (is_directory(part)) continue;
    return fail(write_error("create directory", part, reason));
  }
  return {};
}

Status remove_tree(const std::string& path) {
  return remove_entry(AT_FDCWD, path.c_str(), path, 0);
}

std::string resolve(std::string_view base_directory, std::string_view path) {
  std::string whole(path);
  if (!path.starts_with('/')) whole = fmt::format("{}/{}", base_directory, path);
  if (base_directory.empty() && !path.starts_with('/')) whole = path;
  const bool absolute = whole.starts_with('/');
  std::vector<std::string> parts;
  for (const auto part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!absolute) {
      parts.emplace_back("..");
    }
  }
  std::string out = absolute ? "/" : "";
  out += join(parts, "/");
  return out.empty() ? "." : out;
}

std::string directory_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  if (slash == 0) return "/";
  return std::string(path.substr(0, slash));
}

std::string current_directory() {
  const std::unique_ptr<char, void (*)(void*)> path(::getcwd(nullptr, 0), ::free);
  return path == nullptr ? "." : path.get();  // it may have been removed
}

}  // namespace orch
