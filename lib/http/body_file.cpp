#include "http/body_file.h"

#include <unistd.h>

#include <cerrno>

namespace orch::http {
namespace {

Status output_failed(std::string_view doing, const std::string& path) {
  return fail(ErrorCode::output_failed, errno_text(doing, path, errno));
}

}  // namespace

BodyFile::~BodyFile() {
  if (created_) ::unlink(path_.c_str());
}

Status BodyFile::open() {
  if (created_) return {};
  auto fd = create_exclusive(path_);
  if (!fd) {
    Error error = std::move(fd).error();
    error.code = ErrorCode::output_failed;
    return fail(std::move(error));
  }
  fd_ = std::move(*fd);
  created_ = true;
  return {};
}

Status BodyFile::restart() {
  if (size_ == 0) return {};
  if (::ftruncate(fd_.get(), 0) != 0) return output_failed("truncate", path_);
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) return output_failed("rewind", path_);
  size_ = 0;
  return {};
}

Status BodyFile::append(std::string_view bytes) {
  ORCH_TRY(write_all(fd_.get(), bytes, path_));
  size_ += bytes.size();
  return {};
}

Status BodyFile::keep() {
  if (::close(fd_.release()) != 0) return output_failed("close", path_);
  created_ = false;
  return {};
}

}  // namespace orch::http
