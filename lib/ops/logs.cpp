#include "ops/logs.h"

#include <dirent.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/file.h"
#include "doc/json_slice.h"

namespace orch::ops {
namespace {

constexpr std::size_t kReadBytes = 64 << 10;

// One log file read forward, a line at a time, in flat memory.
class Tail {
 public:
  static Result<Tail> open(const std::string& path, std::uint64_t offset) {
    return Tail(ORCH_TRY(open_read(path)), path, offset);
  }

  // Loads the next whole line; false at the end (a line without newline is not whole yet).
  Result<bool> next() {
    consumed_ += line_size_;
    line_size_ = 0;
    while (true) {
      const std::size_t end = buffer_.find('\n', consumed_);
      if (end != std::string::npos) {
        line_size_ = end + 1 - consumed_;
        return true;
      }
      buffer_.erase(0, consumed_);
      base_ += consumed_;
      consumed_ = 0;
      const std::size_t had = buffer_.size();
      buffer_.resize(had + kReadBytes);
      const ssize_t n =
          ::pread(fd_.get(), buffer_.data() + had, kReadBytes, static_cast<off_t>(base_ + had));
      buffer_.resize(had + (n > 0 ? static_cast<std::size_t>(n) : 0));
      if (n < 0 && errno != EINTR) {
        return fail(ErrorCode::file_unreadable, errno_text("cannot read", path_, errno));
      }
      if (n == 0) return false;
    }
  }

  std::string_view line() const { return std::string_view(buffer_).substr(consumed_, line_size_); }
  // Where the next line would begin.
  std::uint64_t offset() const { return base_ + consumed_ + line_size_; }

 private:
  Tail(Fd fd, std::string path, std::uint64_t offset)
      : fd_(std::move(fd)), path_(std::move(path)), base_(offset) {}

  Fd fd_;
  std::string path_;
  std::uint64_t base_ = 0;  // file offset of the buffer
  std::string buffer_;
  std::size_t consumed_ = 0;
  std::size_t line_size_ = 0;
};

std::string_view member(std::string_view line, std::string_view key) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  const auto slices = doc::slice_object(line);
  return slices ? slices->find(key) : std::string_view();
}

}  // namespace

Status LogReader::read(const std::function<Status(std::string_view line)>& each) {
  ORCH_TRY(find_files());
  struct Source {
    File* file;
    Tail tail;
    std::string time;
  };
  std::vector<Source> sources;
  for (File& file : files_) {
    Source source{&file, ORCH_TRY(Tail::open(file.path, file.offset)), {}};
    if (!ORCH_TRY(source.tail.next())) continue;
    source.time = member(source.tail.line(), "time");
    sources.push_back(std::move(source));
  }
  while (!sources.empty()) {
    const auto first =
        std::min_element(sources.begin(), sources.end(),
                         [](const Source& a, const Source& b) { return a.time < b.time; });
    const std::string_view line = first->tail.line();
    if (!request_.split || member(line, "split") == std::to_string(*request_.split)) {
      ORCH_TRY(each(line));
    }
    first->file->offset = first->tail.offset();
    if (ORCH_TRY(first->tail.next())) {
      first->time = member(first->tail.line(), "time");
    } else {
      sources.erase(first);
    }
  }
  return {};
}

Status LogReader::find_files() {
  const std::string directory = request_.job_directory + "/logs";
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()), ::closedir);
  if (!listing) return {};  // nothing has been said yet
  while (const dirent* entry = ::readdir(listing.get())) {
    if (entry->d_name[0] == '.') continue;
    std::string path = directory + "/" + entry->d_name;
    const bool known = std::any_of(files_.begin(), files_.end(),
                                   [&](const File& file) { return file.path == path; });
    if (!known) files_.push_back({.path = std::move(path)});
  }
  std::sort(files_.begin(), files_.end(),
            [](const File& a, const File& b) { return a.path < b.path; });
  return {};
}

}  // namespace orch::ops
