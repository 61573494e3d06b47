#include "store/sqlite_error.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <cerrno>

#include "base/file.h"
#include "base/text.h"

namespace orch::store {
namespace {

Error make(ErrorCode code, std::string message, std::string hint = {}) {
  return Error{code, std::move(message), std::move(hint), {}, {}, {}};
}

Error no_room(std::string_view path, int system_error) {
  return make(ErrorCode::output_failed, errno_text("write", path, system_error),
              "make room on that disk, or point --state-dir at another one");
}

Error not_writable(std::string message, std::string_view path) {
  return make(ErrorCode::state_unusable, std::move(message),
              fmt::format("make {} and the files in it writable, or point --state-dir at a "
                          "writable directory",
                          directory_of(path)));
}

Error input_output(const SqliteFailure& failure) {
  const int number = failure.system_error;
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) return no_room(failure.path, number);
  std::string message = number != 0 ? errno_text("read or write", failure.path, number)
                                    : fmt::format("{}: {}", failure.path, failure.said);
  return make(ErrorCode::state_unusable, std::move(message),
              "check that disk, or point --state-dir at another one");
}

}  // namespace

Error sqlite_error(const SqliteFailure& failure) {
  const std::string_view path = failure.path;
  const int number = failure.system_error;
  switch (failure.code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return make(ErrorCode::locked,
                  fmt::format("{} was held by other processes for over {}", path,
                              format_duration(failure.waited)),
                  fmt::format("run it again; `fuser {}` shows who holds it", path));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return make(ErrorCode::state_unusable, fmt::format("{} is damaged: {}", path, failure.said),
                  fmt::format("move it away with its -wal and -shm files (mv {0} {0}.damaged) and "
                              "run again; results of earlier jobs lie outside of it",
                              path));
    case SQLITE_FULL:
      return no_room(path, ENOSPC);
    case SQLITE_IOERR:
      return input_output(failure);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return not_writable(
          number != 0 ? errno_text("open", path, number) : fmt::format("cannot open {}", path),
          path);
    case SQLITE_READONLY:
      return not_writable(fmt::format("cannot write {}: it is read-only", path), path);
    default:
      return make(ErrorCode::bug, fmt::format("{}: {} ({})", path, failure.said, failure.code));
  }
}

}  // namespace orch::store
