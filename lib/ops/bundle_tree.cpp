#include "ops/bundle_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "base/file.h"

namespace orch::ops {
namespace {

constexpr std::string_view kTemporary = ".orch-tmp";

Error in_the_way(const std::string& path, std::string_view what) {
  return {ErrorCode::conflict,
          fmt::format("{} is {}", path, what),
          "orch writes into plain files and directories only; move it away",
          {},
          {},
          {}};
}

// The directories above `path`, from the top: "base/b/x.txt" gives "base", "base/b".
std::vector<std::string> parents_of(const std::string& path) {
  std::vector<std::string> parents;
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    parents.push_back(path.substr(0, slash));
  }
  return parents;
}

// Everything below `path` of the directory but `skipped`; the directory itself may be absent.
Status list_below(const std::string& directory, const std::string& path, const std::string& skipped,
                  std::vector<std::string>& files) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir((directory + "/" + path).c_str()),
                                                 ::closedir);
  if (!open) {
    if (errno == ENOENT) return {};
    return fail(read_error("list", directory + "/" + path, errno));
  }
  std::vector<std::string> below;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const std::string inner = path + "/" + name;
    if (inner == skipped) continue;
    struct stat status {};
    if (::lstat((directory + "/" + inner).c_str(), &status) != 0) continue;  // gone meanwhile
    (S_ISDIR(status.st_mode) ? below : files).push_back(inner);
  }
  for (const std::string& inner : below) {
    ORCH_TRY(list_below(directory, inner, skipped, files));
  }
  return {};
}

}  // namespace

std::string temporary_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return fmt::format("{}.{}{}", path.substr(0, name), path.substr(name), kTemporary);
}

Result<std::optional<std::string>> read_plain(const std::string& directory,
                                              const std::string& path) {
  const std::string whole = directory + "/" + path;
  const Fd file(::open(whole.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    if (errno == ELOOP) return fail(in_the_way(whole, "a symbolic link"));
    if (errno == ENOTDIR) return fail(in_the_way(directory_of(whole), "no directory"));
    return fail(read_error("read", whole, errno));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail(read_error("read", whole, errno));
  if (!S_ISREG(status.st_mode)) return fail(in_the_way(whole, "no plain file"));
  return ORCH_TRY(read_fd(file.get(), whole));
}

Status check_directories(const Bundle& bundle, const std::string& directory) {
  std::set<std::string> parents = {".orch"};
  for (const bundle::File& file : bundle.files) {
    for (std::string& parent : parents_of(file.path)) parents.insert(std::move(parent));
  }
  const std::string models = bundle::models_directory(bundle.spec);
  for (std::string& parent : parents_of(models + "/")) parents.insert(std::move(parent));
  for (const std::string& parent : parents) {
    const std::string path = directory + "/" + parent;
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;
      return fail(read_error("look at", path, errno));
    }
    if (S_ISLNK(status.st_mode)) return fail(in_the_way(path, "a symbolic link"));
    if (!S_ISDIR(status.st_mode)) return fail(in_the_way(path, "no directory"));
  }
  return {};
}

Result<Tree> list_tree(const Bundle& bundle, const std::string& directory) {
  Tree tree;
  const auto is_leftover = [](const std::string& path) {
    return path.ends_with(kTemporary) ||
           (path.starts_with(".orch/") && path.find(".tmp-") != std::string::npos);
  };
  ORCH_TRY(list_below(directory, "base/" + bundle.spec.name, bundle::models_directory(bundle.spec),
                      tree.base_files));
  std::vector<std::string> examples;
  ORCH_TRY(list_below(directory, "example", "", examples));
  std::vector<std::string> records;
  ORCH_TRY(list_below(directory, ".orch", "", records));
  for (const auto* files : {&tree.base_files, &examples, &records}) {
    std::copy_if(files->begin(), files->end(), std::back_inserter(tree.leftovers), is_leftover);
  }
  const std::string readme = temporary_path("README.md");
  if (exists(directory + "/" + readme)) tree.leftovers.push_back(readme);
  std::erase_if(tree.base_files, is_leftover);
  std::sort(tree.base_files.begin(), tree.base_files.end());
  return tree;
}

Manifest manifest_of(const Bundle& bundle) {
  Manifest manifest;
  manifest.bundle = bundle.spec.name;
  manifest.version = ORCH_VERSION;
  manifest.spec_sha256 = bundle.spec_sha256;
  for (const bundle::File& file : bundle.files) {
    manifest.files[file.path] = {file.sha256, fmt::format("{:04o}", file.mode)};
  }
  return manifest;
}

}  // namespace orch::ops
