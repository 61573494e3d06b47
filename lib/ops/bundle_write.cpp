// write_bundle: what happens in which order, so that an end anywhere leaves what the next run
// recognises. The record of what will be written comes first, the record of what was written last.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "base/digest.h"
#include "base/file.h"
#include "ops/bundle.h"
#include "ops/bundle_tree.h"

namespace orch::ops {
namespace {

constexpr mode_t kDirectory = 0755;

// Makes files and directories with their modes whatever the umask, which is asked once: a thousand
// models are thousands of files.
class Maker {
 public:
  explicit Maker(const std::string& directory) : directory_(directory), mask_(::umask(0)) {
    ::umask(mask_);
  }

  Status make_parents(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const std::string parent = directory_ + "/" + path.substr(0, slash);
      if (!made_.insert(parent).second) continue;
      if (::mkdir(parent.c_str(), kDirectory) == 0) {
        if (is_hidden(kDirectory) && ::chmod(parent.c_str(), kDirectory) != 0) {
          return fail(write_error("make", parent, errno));
        }
      } else if (errno != EEXIST) {
        return fail(write_error("make", parent, errno));
      }
    }
    return {};
  }

  Status write_temporary(const bundle::File& file) const {
    const std::string path = directory_ + "/" + temporary_path(file.path);
    Fd fd = ORCH_TRY(create_exclusive(path, file.mode));
    if (is_hidden(file.mode) && ::fchmod(fd.get(), file.mode) != 0) {
      return fail(write_error("write", path, errno));
    }
    ORCH_TRY(write_all(fd.get(), file.content, path));
    return close_file(std::move(fd), path);
  }

 private:
  bool is_hidden(mode_t mode) const { return (mode & mask_) != 0; }

  const std::string& directory_;
  mode_t mask_;
  std::set<std::string> made_;
};

// All of this file system's bytes at once: 1,000 files cost one wait for the disk, not 1,000.
Status sync_all(const std::string& directory) {
  const Fd fd = ORCH_TRY(open_read(directory));
  if (::syncfs(fd.get()) != 0) return fail(write_error("write", directory, errno));
  return {};
}

Status remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(write_error("remove", path, errno));
}

bool is_written(FileState state) {
  return state == FileState::create || state == FileState::missing || state == FileState::update ||
         state == FileState::edited;
}

Status refuse_edited(const Bundle& bundle, const Comparison& comparison) {
  const auto edited = comparison.of(FileState::edited);
  if (edited.empty()) return {};
  Error error;
  error.code = ErrorCode::conflict;
  error.message =
      fmt::format("{} of the generated files in {} {} changed by hand; nothing was written",
                  edited.size(), comparison.directory, edited.size() == 1 ? "was" : "were");
  for (const FileRow* row : edited) error.details.push_back(row->path);
  error.hint = fmt::format(
      "--diff shows the changes; put them into conf/{}/override.yaml of a deployment, then --force "
      "saves them in .orch/ and overwrites",
      bundle.spec.name);
  return fail(std::move(error));
}

// The diff of the edited files, kept before they are overwritten.
Result<std::string> save_edits(const Comparison& comparison) {
  Comparison edited;
  edited.directory = comparison.directory;
  for (const FileRow* row : comparison.of(FileState::edited)) edited.rows.push_back(*row);
  if (edited.rows.empty()) return std::string();
  const std::string diff = ORCH_TRY(diff_of(edited));
  constexpr std::size_t kShort = 8;
  const std::string path =
      fmt::format("{}/.orch/edits-{}.diff", comparison.directory, sha256(diff).substr(0, kShort));
  ORCH_TRY(write_file_atomically(path, diff));
  return path;
}

// Where the downloads will be: made once, so that git and docker find the directories.
Status make_model_directories(const Bundle& bundle, const std::string& directory, Maker& maker) {
  const std::string models = bundle::models_directory(bundle.spec);
  for (const bundle::Model& model : bundle.spec.models) {
    const std::string path = fmt::format("{}/{}", models, model.id);
    if (is_directory(directory + "/" + path)) continue;
    ORCH_TRY(maker.make_parents(path + "/"));
    constexpr mode_t kMode = 0644;
    auto kept = create_exclusive(fmt::format("{}/{}/.gitkeep", directory, path), kMode);
    if (!kept && kept.error().code != ErrorCode::already_exists) return fail(kept.error());
  }
  return {};
}

bool lacks_model_directory(const Bundle& bundle, const std::string& directory) {
  for (const bundle::Model& model : bundle.spec.models) {
    if (!is_directory(
            fmt::format("{}/{}/{}", directory, bundle::models_directory(bundle.spec), model.id))) {
      return true;
    }
  }
  return false;
}

// What is there now and is ours, and what is about to be.
Manifest intent_of(const Manifest& after, const Comparison& comparison) {
  Manifest intent = after;
  intent.pending = std::move(intent.files);
  intent.files.clear();
  for (const FileRow& row : comparison.rows) {
    const bool ours = row.state == FileState::unchanged || row.state == FileState::update ||
                      row.state == FileState::stale;
    if (ours) intent.files[row.path] = {row.found_sha256, {}};
  }
  return intent;
}

Status write_files(const Bundle& bundle, const Comparison& comparison) {
  const std::string& directory = comparison.directory;
  const Manifest after = manifest_of(bundle);
  ORCH_TRY(write_manifest(intent_of(after, comparison), directory));

  Maker maker(directory);
  for (const FileRow& row : comparison.rows) {
    if (!is_written(row.state) || row.generated == nullptr) continue;
    ORCH_TRY(maker.make_parents(row.path));
    ORCH_TRY(maker.write_temporary(*row.generated));
  }
  ORCH_TRY(make_model_directories(bundle, directory, maker));
  ORCH_TRY(sync_all(directory));
  for (const FileRow& row : comparison.rows) {
    const std::string path = directory + "/" + row.path;
    if (is_written(row.state) && row.generated != nullptr) {
      if (::rename((directory + "/" + temporary_path(row.path)).c_str(), path.c_str()) != 0) {
        return fail(write_error("write", path, errno));
      }
    } else if (row.state == FileState::stale || row.state == FileState::edited) {
      ORCH_TRY(remove(path));
    }
  }
  ORCH_TRY(sync_all(directory));
  return write_manifest(after, directory);
}

}  // namespace

Result<WriteReply> write_bundle(const Bundle& bundle, const std::string& directory, bool force) {
  ORCH_TRY(check_directories(bundle, directory));
  ORCH_TRY(make_directories(directory, kDirectory));
  ORCH_TRY(make_directories(directory + "/.orch", kDirectory));
  const FileLock lock = ORCH_TRY(FileLock::acquire(directory + "/.orch/lock"));
  WriteReply reply;
  reply.before = ORCH_TRY(compare_bundle(bundle, directory));
  if (!force) ORCH_TRY(refuse_edited(bundle, reply.before));
  for (const std::string& leftover : reply.before.leftovers) {
    ORCH_TRY(remove(directory + "/" + leftover));
  }
  reply.saved_diff = ORCH_TRY(save_edits(reply.before));
  if (reply.before.differs() || reply.before.manifest_differs ||
      lacks_model_directory(bundle, directory)) {
    ORCH_TRY(write_files(bundle, reply.before));
  }
  return reply;
}

}  // namespace orch::ops
