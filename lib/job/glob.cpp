#include "job/glob.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace orch::job {
namespace {

// Parts of the pattern by number; a directory is walked with all those its names may match next.
using Parts = std::vector<std::size_t>;

struct Entry {
  std::size_t offset;  // of its name in the directory's names
  std::size_t length;
  bool directory;
  bool link;
};

struct Listing {
  std::string names;  // one block: a directory may hold a million
  std::vector<Entry> entries;

  std::string_view name(const Entry& entry) const {
    return std::string_view(names).substr(entry.offset, entry.length);
  }
  // Byte order of the paths: a directory sorts as its name with the slash behind it.
  void sort() {
    std::sort(entries.begin(), entries.end(), [this](const Entry& a, const Entry& b) {
      const std::string_view x = name(a);
      const std::string_view y = name(b);
      const int common = x.substr(0, y.size()).compare(y.substr(0, x.size()));
      if (common != 0) return common < 0;
      const auto next = [](std::string_view shorter, std::string_view longer, bool directory) {
        if (longer.size() > shorter.size())
          return int{static_cast<unsigned char>(longer[shorter.size()])};
        return directory ? int{'/'} : 0;
      };
      return next(y, x, a.directory) < next(x, y, b.directory);
    });
  }
};

class Walk {
 public:
  Walk(std::string_view base, std::string_view pattern,
       const std::function<Status(std::string_view)>& each)
      : base_(base), each_(each) {
    for (const auto part : split(pattern, '/')) {
      if (!part.empty()) parts_.emplace_back(part);
    }
    if (!parts_.empty() && parts_.back() == "**") parts_.emplace_back("*");
    if (pattern.starts_with('/')) prefix_ = "/";
  }

  Status run() {
    if (parts_.empty()) return {};
    return directory(prefix_, with_empty_depth({0}));
  }

 private:
  // `**` may stand for no directory at all: the part behind it is open too.
  Parts with_empty_depth(Parts parts) const {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::size_t next = parts[i] + 1;
      if (parts_[parts[i]] == "**" && std::find(parts.begin(), parts.end(), next) == parts.end()) {
        parts.push_back(next);
      }
    }
    return parts;
  }

  bool is_literal(std::size_t part) const {
    return parts_[part].find_first_of("*?[\\") == std::string::npos;
  }

  // The parts open inside the directory `name`.
  Parts inside(const Parts& parts, std::string_view name, bool link) const {
    Parts next;
    for (const std::size_t part : parts) {
      if (parts_[part] == "**") {
        if (!link && !name.starts_with('.')) next.push_back(part);
      } else if (part + 1 < parts_.size() && matches(part, name)) {
        next.push_back(part + 1);
      }
    }
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    return with_empty_depth(std::move(next));
  }

  bool matches(std::size_t part, std::string_view name) const {
    return is_literal(part) ? parts_[part] == name : matches_name(parts_[part], name);
  }

  bool wants_file(const Parts& parts, std::string_view name) const {
    return std::any_of(parts.begin(), parts.end(), [&](std::size_t part) {
      return part + 1 == parts_.size() && matches(part, name);
    });
  }

  // `path` ends in a slash, or is empty for the base directory itself.
  Status directory(const std::string& path, const Parts& parts) {
    if (parts.size() == 1 && is_literal(parts[0])) return literal(path, parts[0]);
    Listing listing = ORCH_TRY(list(path, parts));
    listing.sort();
    for (const Entry& entry : listing.entries) {
      const std::string_view name = listing.name(entry);
      if (entry.directory) {
        const Parts next = inside(parts, name, entry.link);
        ORCH_TRY(directory(path + std::string(name) + "/", next));
      } else {
        ORCH_TRY(each_(path + std::string(name)));
      }
    }
    return {};
  }

  // A part without wildcards needs no listing, only that the name exists.
  Status literal(const std::string& path, std::size_t part) {
    const std::string found = path + parts_[part];
    struct stat status {};
    if (::stat(resolve(base_, found).c_str(), &status) != 0) return {};
    if (part + 1 < parts_.size()) {
      if (!S_ISDIR(status.st_mode)) return {};
      return directory(found + "/", with_empty_depth({part + 1}));
    }
    return S_ISREG(status.st_mode) ? each_(found) : Status();
  }

  Result<Listing> list(const std::string& path, const Parts& parts) const {
    const std::string full = resolve(base_, path.empty() ? "." : path);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(full.c_str()), ::closedir);
    if (!stream) {
      if (errno == ENOENT || errno == ENOTDIR) return Listing();
      return fail(ErrorCode::file_unreadable, errno_text("list", full, errno));
    }
    Listing listing;
    while (true) {
      errno = 0;
      const dirent* each = ::readdir(stream.get());
      if (!each) break;
      add(listing, parts, ::dirfd(stream.get()), *each);
    }
    if (errno != 0) {
      return fail(ErrorCode::file_unreadable, errno_text("list", full, errno));
    }
    return listing;
  }

  void add(Listing& listing, const Parts& parts, int directory, const dirent& each) const {
    const std::string_view name = each.d_name;
    if (name == "." || name == "..") return;
    const bool as_file = wants_file(parts, name);
    const bool as_directory = !inside(parts, name, false).empty();
    if (!as_file && !as_directory) return;
    bool is_link = each.d_type == DT_LNK;
    mode_t type = each.d_type == DT_REG ? S_IFREG : each.d_type == DT_DIR ? S_IFDIR : 0;
    if (type == 0) {
      struct stat status {};
      if (::fstatat(directory, each.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;
      is_link = S_ISLNK(status.st_mode);
      if (is_link && ::fstatat(directory, each.d_name, &status, 0) != 0) return;  // dangling
      type = status.st_mode & S_IFMT;
    }
    const bool wanted =
        type == S_IFREG ? as_file : type == S_IFDIR && !inside(parts, name, is_link).empty();
    if (!wanted) return;
    listing.entries.push_back({listing.names.size(), name.size(), type == S_IFDIR, is_link});
    listing.names += name;
  }

  std::string base_;
  std::string prefix_;
  std::vector<std::string> parts_;
  const std::function<Status(std::string_view)>& each_;
};

}  // namespace

Status expand_glob(const std::string& base_directory, std::string_view pattern,
                   const std::function<Status(std::string_view)>& each) {
  return Walk(base_directory, pattern, each).run();
}

}  // namespace orch::job
