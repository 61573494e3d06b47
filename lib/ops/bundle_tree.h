// The files of a bundle's directory, reached without following a symbolic link.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ops/bundle.h"
#include "ops/bundle_manifest.h"

namespace orch::ops {

// The content; nothing when there is no such file. `conflict` for a link or anything but a file.
Result<std::optional<std::string>> read_plain(const std::string& directory,
                                              const std::string& path);
// No directory of the bundle's files is a symbolic link or a file.
Status check_directories(const Bundle& bundle, const std::string& directory);

struct Tree {
  std::vector<std::string> base_files;  // of base/<bundle>, without the models, sorted
  std::vector<std::string> leftovers;   // temporary files of an earlier run
};
Result<Tree> list_tree(const Bundle& bundle, const std::string& directory);

// The record of this bundle once all its files are written.
Manifest manifest_of(const Bundle& bundle);

// ".name.orch-tmp" beside "name".
std::string temporary_path(std::string_view path);

}  // namespace orch::ops
