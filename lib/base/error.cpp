#include "base/error.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "base/text.h"

namespace orch {
namespace {

constexpr ErrorTraits kTable[] = {
#define ORCH_ERROR(code, exit_status, retryable, hint) \
  {ErrorCode::code, #code, exit_status, retryable, hint},
#include "base/error_codes.def"
#undef ORCH_ERROR
};

}  // namespace

const std::vector<ErrorTraits>& all_error_codes() {
  static const std::vector<ErrorTraits> table(std::begin(kTable), std::end(kTable));
  return table;
}

const ErrorTraits& traits(ErrorCode code) { return kTable[static_cast<std::size_t>(code)]; }

std::string errno_text(std::string_view doing, std::string_view what, int error_number) {
  char buffer[128];
  // The GNU strerror_r: returns the text, which need not be in the buffer.
  const char* reason = strerror_r(error_number, buffer, sizeof buffer);
  return fmt::format("cannot {} {}: {}", doing, printable(what), reason);
}

Error read_error(std::string_view doing, std::string_view what, int error_number) {
  Error error;
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  error.code = missing ? ErrorCode::file_not_found : ErrorCode::file_unreadable;
  error.message = errno_text(doing, what, error_number);
  if (error_number == EMFILE || error_number == ENFILE) {
    error.code = ErrorCode::failed;
    error.hint = "raise the limit of open files (ulimit -n)";
  } else if (error_number == EIO) {
    error.hint = "the disk or file system reports a failure: see dmesg";
  }
  return error;
}

Error write_error(std::string_view doing, std::string_view what, int error_number) {
  Error error;
  error.code = ErrorCode::output_failed;
  error.message = errno_text(doing, what, error_number);
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      error.code = ErrorCode::file_not_found;
      break;
    case EEXIST:
      error.code = ErrorCode::already_exists;
      break;
    case EPIPE:
      error.code = ErrorCode::reader_gone;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      error.hint = "check the permissions, or write elsewhere";
      break;
    case EMFILE:
    case ENFILE:
      error.code = ErrorCode::failed;
      error.hint = "raise the limit of open files (ulimit -n)";
      break;
    default:
      break;
  }
  return error;
}

}  // namespace orch
