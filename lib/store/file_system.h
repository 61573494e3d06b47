// The state directory and its database file: made private from birth, and on a disk whose locks
// and shared memory SQLite can trust.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::store {

// The kind of the file system that holds `path` (statfs f_type).
using FileSystemType = Result<std::uint64_t> (*)(const std::string& path);
Result<std::uint64_t> file_system_type(const std::string& path);

// "NFS", "SMB", …: kinds shared between machines, where WAL is not safe. nullopt: fine.
std::optional<std::string_view> network_file_system(std::uint64_t type);

// state_unusable when `directory` (it exists) is on a network file system or cannot be written.
Status check_state_directory(const std::string& directory, FileSystemType type);
// Makes `directory` 0700 if it is absent, whatever the umask.
Status create_state_directory(const std::string& directory);
// Makes an empty file 0600 if `path` is absent; an existing one loses rights of group and others.
Status create_private_file(const std::string& path);

}  // namespace orch::store
