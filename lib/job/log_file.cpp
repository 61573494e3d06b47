#include "job/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/file.h"

namespace orch::job {
namespace {

class DiskLogFile : public LogFile {
 public:
  DiskLogFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::uint64_t> size() override {
    const off_t end = ::lseek(fd_.get(), 0, SEEK_END);
    if (end < 0) return fail(read_error("read", path_, errno));
    return static_cast<std::uint64_t>(end);
  }

  Result<std::size_t> read(std::uint64_t offset, char* to, std::size_t size) override {
    for (;;) {
      const ssize_t got = ::pread(fd_.get(), to, size, static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(read_error("read", path_, errno));
    }
  }

  Status append(std::string_view bytes) override { return write_all(fd_.get(), bytes, path_); }

  Status sync() override {
    if (::fdatasync(fd_.get()) == 0) return {};
    return fail(write_error("sync", path_, errno));
  }

  Status truncate(std::uint64_t size) override {
    for (;;) {
      if (::ftruncate(fd_.get(), static_cast<off_t>(size)) == 0) return {};
      if (errno != EINTR) return fail(write_error("truncate", path_, errno));
    }
  }

  Result<std::string> set_aside(std::uint64_t from) override {
    std::string path = path_ + ".cut";
    const Fd aside = ORCH_TRY(open_append(path));
    std::vector<char> block(256 << 10);
    while (const std::size_t got = ORCH_TRY(read(from, block.data(), block.size()))) {
      ORCH_TRY(write_all(aside.get(), {block.data(), got}, path));
      from += got;
    }
    if (::fdatasync(aside.get()) != 0) return fail(write_error("sync", path, errno));
    return path;
  }

 private:
  Fd fd_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<LogFile>> open_log_file(const std::string& path) {
  const bool fresh = !exists(path);
  Fd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600));
  if (!fd) return fail(write_error("open", path, errno));
  // The file's name must survive a power loss as well as its lines.
  if (fresh) ORCH_TRY(sync_directory(directory_of(path)));
  return std::make_unique<DiskLogFile>(std::move(fd), path);
}

}  // namespace orch::job
