// The whole lines of results.ndjson, one after the other. Memory: a block, or the longest line.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace orch::job {

// A line longer than a frame cannot have been offered.
constexpr std::size_t kMaxLogLine = 64u << 20;
constexpr std::uint64_t kWholeLog = std::numeric_limits<std::uint64_t>::max();

// What a line says of its input, as far as the ledger cares.
struct LogLine {
  std::uint64_t index;
  bool ok;
};
// nullopt: not one JSON object on one line with an `index` and a `status` of "ok" or "failed".
// What is not nullopt when offered is not so when recovered either.
std::optional<LogLine> read_log_line(std::string_view line);

class LogReader {
 public:
  // Gives at most `size` bytes from `offset`, 0 at the end.
  using Read = std::function<Result<std::size_t>(std::uint64_t offset, char* to, std::size_t size)>;

  // Reads [begin, end); a line that ends behind `end` is none.
  LogReader(Read read, std::uint64_t begin, std::uint64_t end);

  // The next line without its newline, valid until the next call. nullopt: no further whole line.
  Result<std::optional<std::string_view>> next();
  // As many whole lines as are at hand, newlines included; empty: no further whole line.
  Result<std::string_view> next_block();
  std::uint64_t offset() const { return offset_; }  // behind what was given last
  // Goes on when the file has grown.
  void extend(std::uint64_t end) { end_ = end; }

 private:
  Result<bool> fill();  // false: nothing more to read
  std::string_view held() const { return {buffer_.data() + begin_, stop_ - begin_}; }
  std::string_view take(std::size_t length);

  Read read_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is read and not yet given
  std::size_t stop_ = 0;
};

}  // namespace orch::job
