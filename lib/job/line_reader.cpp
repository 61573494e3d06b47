#include "job/line_reader.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "job/spool.h"

namespace orch::job {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// `line` may be the beginning of one. A carriage return at its end is no part of it.
bool is_too_long(std::string_view line) {
  if (line.size() <= kMaxInputLine) return false;
  return line.size() > kMaxInputLine + 1 || line.back() != '\r';
}

}  // namespace

LineReader::LineReader(Fd owned, int fd, std::string name)
    : owned_(std::move(owned)), fd_(fd), name_(std::move(name)) {
  // A line of the full length, its line end, and a good part of the next read.
  buffer_.resize(kMaxInputLine + (256u << 10));
}

Result<LineReader> LineReader::open(const std::string& path) {
  if (path == "-") return LineReader(Fd(), STDIN_FILENO, "standard input");
  Fd file = ORCH_TRY(open_read(path));
  const int fd = file.get();
  return LineReader(std::move(file), fd, path);
}

Status LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (true) {
    const ssize_t got = ::read(fd_, buffer_.data() + end_, buffer_.size() - end_);
    if (got >= 0) {
      at_end_ = got == 0;
      end_ += static_cast<std::size_t>(got);
      return {};
    }
    if (errno == EAGAIN) {  // standard input may have been left non-blocking
      pollfd wait{fd_, POLLIN, 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return fail(ErrorCode::file_unreadable, errno_text("cannot read", name_, errno));
    }
  }
}

std::string_view LineReader::take(std::size_t length, std::size_t skip) {
  const std::string_view line(buffer_.data() + begin_, length);
  begin_ += length + skip;
  ++line_number_;
  return line;
}

Result<std::optional<std::string_view>> LineReader::next() {
  std::size_t searched = 0;
  while (true) {
    const std::string_view held(buffer_.data() + begin_, end_ - begin_);
    if (!started_ && (held.size() >= kByteOrderMark.size() || at_end_)) {
      started_ = true;
      if (held.starts_with(kByteOrderMark)) {
        begin_ += kByteOrderMark.size();
        continue;
      }
    }
    const std::size_t newline = started_ ? held.find('\n', searched) : std::string_view::npos;
    const std::size_t length = std::min(newline, held.size());
    if (is_too_long(held.substr(0, length))) {
      ++line_number_;
      return fail(mistake("the line is longer than 1 MiB"));
    }
    if (newline != std::string_view::npos) return take(newline, 1);
    if (at_end_) {
      if (held.empty()) return std::nullopt;
      return take(held.size(), 0);
    }
    searched = started_ ? held.size() : 0;
    ORCH_TRY(fill());
  }
}

Error LineReader::mistake(std::string_view what) const { return mistake_at(line_number_, what); }

Error LineReader::mistake_at(std::uint64_t line_number, std::string_view what) const {
  return {ErrorCode::invalid_file,
          fmt::format("{}:{}: {}", name_, line_number, what),
          "correct or remove that line",
          {},
          {},
          {}};
}

}  // namespace orch::job
