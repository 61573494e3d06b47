#include "store/file_system.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.h"

namespace orch::store {
namespace {

constexpr std::string_view kElsewhere = "point --state-dir at a directory on a local disk";

struct Kind {
  std::uint64_t type;
  std::string_view name;
};
// From linux/magic.h and statfs(2). FUSE is here for sshfs, s3fs and the like: what is behind it
// cannot be told, and a database lost is worse than a directory named.
constexpr std::array kShared = {
    Kind{0x6969, "NFS"},       Kind{0x517B, "SMB"},        Kind{0xFF534D42, "SMB (CIFS)"},
    Kind{0xFE534D42, "SMB"},   Kind{0x65735546, "FUSE"},   Kind{0x01021997, "9P"},
    Kind{0x00C36400, "Ceph"},  Kind{0x0BD00BD0, "Lustre"}, Kind{0x47504653, "GPFS"},
    Kind{0x01161970, "GFS2"},  Kind{0x7461636F, "OCFS2"},  Kind{0x19830326, "BeeGFS"},
    Kind{0x5346414F, "AFS"},   Kind{0x6B414653, "AFS"},    Kind{0x73757245, "Coda"},
    Kind{0xAAD7AAEA, "PanFS"}, Kind{0x564C, "NCP"},
};

tl::unexpected<Error> unusable(std::string message, std::string hint) {
  return fail(ErrorCode::state_unusable, std::move(message), std::move(hint));
}

std::string make_writable(const std::string& path) {
  return fmt::format("make {} writable, or point --state-dir at a writable directory", path);
}

tl::unexpected<Error> cannot_create(const std::string& path, int number) {
  if (number == ENOSPC || number == EDQUOT) {
    return fail(ErrorCode::output_failed, errno_text("create", path, number),
                "make room on that disk, or point --state-dir at another one");
  }
  return unusable(errno_text("create", path, number), make_writable(directory_of(path)));
}

}  // namespace

Result<std::uint64_t> file_system_type(const std::string& path) {
  struct statfs answer {};
  if (statfs(path.c_str(), &answer) != 0) {
    return unusable(errno_text("look at", path, errno), std::string(kElsewhere));
  }
  // f_type is signed on some machines, so that CIFS would come out negative.
  return static_cast<std::uint64_t>(answer.f_type) & 0xFFFFFFFFU;
}

std::optional<std::string_view> network_file_system(std::uint64_t type) {
  const auto* kind = std::find_if(kShared.begin(), kShared.end(),
                                  [&](const Kind& known) { return known.type == type; });
  if (kind == kShared.end()) return std::nullopt;
  return kind->name;
}

Status check_state_directory(const std::string& directory, FileSystemType type) {
  if (const auto kind = network_file_system(ORCH_TRY(type(directory)))) {
    return unusable(fmt::format("{} is on a network file system ({}), where the state of orch "
                                "would not be safe",
                                directory, *kind),
                    std::string(kElsewhere));
  }
  if (access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
    return unusable(errno_text("write to the state directory", directory, errno),
                    make_writable(directory));
  }
  return {};
}

Status create_state_directory(const std::string& directory) {
  if (is_directory(directory)) return {};
  if (auto made = make_directories(directory, 0700); !made) {
    Error error = std::move(made).error();
    // output_failed with no hint of its own is a full disk (base/file.cpp).
    if (error.code == ErrorCode::output_failed && error.hint.empty()) return fail(std::move(error));
    return unusable(std::move(error.message), make_writable(directory_of(directory)));
  }
  if (chmod(directory.c_str(), 0700) != 0) return cannot_create(directory, errno);
  return {};
}

Status create_private_file(const std::string& path) {
  Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file && errno != EEXIST) return cannot_create(path, errno);
  struct stat existing {};
  if (!file && stat(path.c_str(), &existing) != 0) return cannot_create(path, errno);
  const bool lax = !file && (existing.st_mode & 077) != 0;
  if ((file || lax) && chmod(path.c_str(), 0600) != 0) {
    return unusable(errno_text("make private", path, errno), make_writable(path));
  }
  return {};
}

}  // namespace orch::store
