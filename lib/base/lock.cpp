// FileLock (base/file.h) on open-file-description locks: unlike flock they can be asked about
// without being taken, and unlike POSIX record locks no unrelated close drops them.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/text.h"

namespace orch {
namespace {

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// The pid that the holder wrote, if it has come to that.
std::optional<pid_t> written_pid(int fd) {
  char buffer[32];
  const ssize_t got = ::pread(fd, buffer, sizeof buffer, 0);
  if (got <= 0) return std::nullopt;
  const auto pid = parse_integer(trim({buffer, static_cast<std::size_t>(got)}));
  if (!pid || *pid <= 0) return std::nullopt;
  return static_cast<pid_t>(*pid);
}

Error locked_error(int fd, const std::string& path) {
  Error error;
  error.code = ErrorCode::locked;
  const auto pid = written_pid(fd);
  error.message = pid ? fmt::format("{} is locked by process {}", printable(path), *pid)
                      : fmt::format("{} is locked by another process", printable(path));
  return error;
}

// False when the file was removed or replaced between open and lock: the lock is worth nothing.
bool still_named(int fd, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

bool is_locked(int fd) {
  auto lock = whole_file();
  return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::string& path) {
  for (;;) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600));
    if (!fd) return fail(write_error("lock", path, errno));
    auto lock = whole_file();
    if (::fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
      if (errno == EAGAIN || errno == EACCES) return fail(locked_error(fd.get(), path));
      return fail(write_error("lock", path, errno));
    }
    if (!still_named(fd.get(), path)) continue;
    // Longer text first, then cut: a reader in between sees a pid, not an empty file.
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0 ||
        ::ftruncate(fd.get(), static_cast<off_t>(pid.size())) != 0) {
      return fail(write_error("write", path, errno));
    }
    return FileLock(std::move(fd));
  }
}

bool FileLock::is_held(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  return fd && is_locked(fd.get());
}

std::optional<pid_t> FileLock::holder(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd || !is_locked(fd.get())) return std::nullopt;
  return written_pid(fd.get());
}

}  // namespace orch
