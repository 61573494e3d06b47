// What workers say: NDJSON lines on the task manager's standard error,
//   {"time","task_manager","stage","pid","split","line"}
// up to a limit; behind it lines are counted, not kept.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"

namespace orch::pipeline {

// Who said it.
struct LogSource {
  std::string_view stage;
  pid_t pid = 0;
  std::optional<std::uint32_t> split;  // of the oldest item it works on
  bool on_stdout = false;              // chatter between answers: marked "stream":"stdout"
};

class WorkerLog {
 public:
  static constexpr std::uint64_t kDefaultLimit = 64 << 20;

  WorkerLog(int fd, int task_manager, std::uint64_t limit, Clock& clock);

  void add(const LogSource& source, std::string_view line);
  // One write for all lines since the last; call once a turn. Blocks when the reader does.
  void flush();
  // Says how many lines were not kept, if any.
  void close();

 private:
  void append(const LogSource& source, std::string_view line);
  void append_note(std::string_view note);
  const std::string& stamp();

  int fd_;
  std::uint64_t left_;
  Clock& clock_;
  std::string task_manager_;
  std::string buffer_;
  std::uint64_t not_kept_ = 0;
  WallTime stamped_{};
  std::string stamp_;
};

// ORCH_LOG_LIMIT (a size), else the default.
std::uint64_t log_limit(const EnvMap& env);

// The last lines of a stage, for the message when it fails.
class LastLines {
 public:
  void add(std::string_view line);
  std::vector<std::string> lines() const { return {lines_.begin(), lines_.end()}; }
  std::string_view last() const { return lines_.empty() ? std::string_view() : lines_.back(); }
  void clear() { lines_.clear(); }

 private:
  std::deque<std::string> lines_;
};

// Cuts standard error into lines: at most 8 KiB of each are kept, and of a line redrawn with
// carriage returns (progress bars) what stood last.
class LogCutter {
 public:
  template <class Each>
  void feed(std::string_view bytes, Each each) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      take(bytes.substr(0, end));
      if (end == std::string_view::npos) return;
      bytes.remove_prefix(end + 1);
      each(line());
      partial_.clear();
    }
  }
  // The last line when it had no newline.
  template <class Each>
  void finish(Each each) {
    if (!partial_.empty()) each(line());
    partial_.clear();
  }

 private:
  void take(std::string_view piece);
  std::string_view line() const;

  std::string partial_;
};

}  // namespace orch::pipeline
