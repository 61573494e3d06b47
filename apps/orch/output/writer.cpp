#include "output/writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace orch::output {
namespace {

constexpr std::size_t kBufferBytes = 64 << 10;

Status write_error(std::string_view name, int error_number) {
  if (error_number == EPIPE) {
    return fail(ErrorCode::reader_gone, "the reader of " + std::string(name) + " went away");
  }
  return fail(ErrorCode::output_failed, errno_text("write", name, error_number),
              error_number == EBADF ? "it is closed: send it to a file, a pipe or a terminal" : "");
}

// Somebody who shares the descriptor may have made it non-blocking.
void wait_until_writable(int fd) {
  pollfd entry{fd, POLLOUT, 0};
  ::poll(&entry, 1, -1);
}

}  // namespace

Writer::Writer(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

Status Writer::write(std::string_view bytes) {
  if (!status_) return status_;
  if (buffer_.size() + bytes.size() <= kBufferBytes) {
    buffer_.append(bytes);
    return {};
  }
  flush();
  return send(bytes);
}

Status Writer::flush() {
  if (!status_ || buffer_.empty()) return status_;
  std::string bytes = std::move(buffer_);
  buffer_.clear();
  return send(bytes);
}

Status Writer::finish() {
  flush();
  if (fd_ >= 0 && ::close(std::exchange(fd_, -1)) != 0 && status_) {
    status_ = write_error(name_, errno);
  }
  return status_;
}

Status Writer::send(std::string_view bytes) {
  if (before_write_) before_write_();
  while (status_ && !bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      wait_until_writable(fd_);
    } else if (errno != EINTR) {
      status_ = write_error(name_, errno);
    }
  }
  return status_;
}

}  // namespace orch::output
