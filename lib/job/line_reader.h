// Lines of a file or of standard input, one after the other, in flat memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace orch::job {

class LineReader {
 public:
  // "-" is standard input.
  static Result<LineReader> open(const std::string& path);

  // The next line without its newline; nullopt at the end. A UTF-8 byte order mark at the start
  // is skipped, a carriage return before the newline stays. The view lives until the next call.
  // Errors: a line over kMaxInputLine, unreadable.
  Result<std::optional<std::string_view>> next();

  std::uint64_t line_number() const { return line_number_; }  // of the line last given, from 1
  // How messages call the source: its path, or "standard input".
  const std::string& name() const { return name_; }
  // "urls.txt:17: what"
  Error mistake(std::string_view what) const;
  Error mistake_at(std::uint64_t line_number, std::string_view what) const;

 private:
  LineReader(Fd owned, int fd, std::string name);
  Status fill();
  std::string_view take(std::size_t length, std::size_t skip);

  Fd owned_;
  int fd_;
  std::string name_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what is read and not yet given
  std::size_t end_ = 0;
  bool at_end_ = false;
  bool started_ = false;
  std::uint64_t line_number_ = 0;
};

}  // namespace orch::job
