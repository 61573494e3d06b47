// Files and paths. Everything made here is 0600 (files) or 0700 (directories) unless said.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace orch {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// All are opened close-on-exec.
Result<Fd> open_read(const std::string& path);
Result<Fd> open_append(const std::string& path, mode_t mode = 0600);  // created if absent
Result<Fd> create_exclusive(const std::string& path, mode_t mode = 0600);

// Whole files. `limit` guards memory; a larger file is an error that says so.
Result<std::string> read_file(const std::string& path, std::uint64_t limit = 64 << 20);
Result<std::string> read_fd(int fd, std::string_view name, std::uint64_t limit = 64 << 20);
// Temporary file beside the target, fsync, rename, directory fsync: the old or the new, never half.
Status write_file_atomically(const std::string& path, std::string_view content, mode_t mode = 0600);
// All bytes, EINTR and short writes handled. ENOSPC and the like are output_failed.
Status write_all(int fd, std::string_view bytes, std::string_view name);
// Closes and says so when the file system only now reports that bytes were lost.
Status close_file(Fd fd, std::string_view name);
Status sync_directory(const std::string& directory);

bool exists(const std::string& path);
bool is_directory(const std::string& path);
Status make_directories(const std::string& path, mode_t mode = 0700);
Status remove_tree(const std::string& path);  // absent is fine; symlinks are not followed

// Lexical: base + relative, absolute stays, "." and ".." folded.
std::string resolve(std::string_view base_directory, std::string_view path);
std::string directory_of(std::string_view path);
std::string current_directory();

// An exclusive lock that ends with its process and is inherited by no child.
class FileLock {
 public:
  // Error `locked` when another process holds it (the holder's pid is in the message).
  static Result<FileLock> acquire(const std::string& path);
  static bool is_held(const std::string& path);  // by any process, this one included
  // The holder's pid while the lock is held and the pid is known.
  static std::optional<pid_t> holder(const std::string& path);

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace orch
