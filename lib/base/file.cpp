#include "base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/random.h"
#include "base/text.h"

namespace orch {
namespace {

int open_retrying(const std::string& path, int flags, mode_t mode = 0) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EINTR) return fd;
  }
}

void wait_writable(int fd) {
  pollfd item{fd, POLLOUT, 0};
  ::poll(&item, 1, -1);
}

Status write_temporary(Fd fd, std::string_view content, const std::string& path) {
  ORCH_TRY(write_all(fd.get(), content, path));
  if (::fsync(fd.get()) != 0) return fail(write_error("write", path, errno));
  return close_file(std::move(fd), path);
}

Error too_large(std::string_view name, std::uint64_t limit) {
  Error error;
  error.code = ErrorCode::invalid_file;
  error.message = fmt::format("{} is larger than {}", printable(name), format_size(limit));
  error.hint = "give a smaller file";
  return error;
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void Fd::reset() {
  const int saved = errno;  // so that an error can be reported after its descriptor has gone
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  errno = saved;
}

Result<Fd> open_read(const std::string& path) {
  const int fd = open_retrying(path, O_RDONLY | O_NOCTTY);
  if (fd < 0) return fail(read_error("open", path, errno));
  return Fd(fd);
}

Result<Fd> open_append(const std::string& path, mode_t mode) {
  const int fd = open_retrying(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, mode);
  if (fd < 0) return fail(write_error("open", path, errno));
  return Fd(fd);
}

Result<Fd> create_exclusive(const std::string& path, mode_t mode) {
  const int fd = open_retrying(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (fd < 0) return fail(write_error("create", path, errno));
  return Fd(fd);
}

Status close_file(Fd fd, std::string_view name) {
  // Linux frees the descriptor whatever close says, EINTR included: never a second close.
  if (::close(fd.release()) != 0 && errno != EINTR) return fail(write_error("close", name, errno));
  return {};
}

Result<std::string> read_file(const std::string& path, std::uint64_t limit) {
  const Fd fd = ORCH_TRY(open_read(path));
  return read_fd(fd.get(), path, limit);
}

Result<std::string> read_fd(int fd, std::string_view name, std::uint64_t limit) {
  constexpr std::size_t kChunk = 64 << 10;
  std::string content;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size <= limit) content.reserve(size + 1);  // the extra byte finds the end without growing
  }
  for (;;) {
    const std::size_t used = content.size();
    const std::size_t room = std::max(content.capacity() - used, std::size_t{1});
    content.resize(used + (room > 1 ? std::min(room, std::size_t{1} << 20) : kChunk));
    const ssize_t got = ::read(fd, content.data() + used, content.size() - used);
    const int reason = errno;
    content.resize(used + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return content;
    if (got < 0) {
      if (reason == EINTR) continue;
      return fail(read_error("read", name, reason));
    }
    if (content.size() > limit) return fail(too_large(name, limit));
  }
}

Status write_file_atomically(const std::string& path, std::string_view content, mode_t mode) {
  const std::string temporary = path + ".tmp-" + random_id(system_random(), 8);
  Fd fd = ORCH_TRY(create_exclusive(temporary, mode));
  Status written = write_temporary(std::move(fd), content, path);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = fail(write_error("replace", path, errno));
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_directory(directory_of(path));
}

Status write_all(int fd, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {
      wait_writable(fd);
    } else if (errno != EINTR) {
      return fail(write_error("write", name, errno));
    }
  }
  return {};
}

Status sync_directory(const std::string& directory) {
  const Fd fd(open_retrying(directory, O_RDONLY | O_DIRECTORY));
  if (!fd) return fail(write_error("open", directory, errno));
  // Some file systems cannot sync a directory and say EINVAL: nothing more can be done there.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) {
    return fail(write_error("sync", directory, errno));
  }
  return {};
}

}  // namespace orch
