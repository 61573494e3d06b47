#include "pipeline/worker_log.h"

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "doc/value.h"

namespace orch::pipeline {

namespace {

constexpr std::size_t kLongestLine = 8192;
constexpr std::size_t kLastLines = 20;
constexpr std::size_t kFlushAt = 256 << 10;

}  // namespace

WorkerLog::WorkerLog(int fd, int task_manager, std::uint64_t limit, Clock& clock)
    : fd_(fd), left_(limit), clock_(clock), task_manager_(std::to_string(task_manager)) {}

void WorkerLog::add(const LogSource& source, std::string_view line) {
  if (not_kept_ > 0) {
    ++not_kept_;
    return;
  }
  const std::size_t before = buffer_.size();
  append(source, line);
  const std::size_t added = buffer_.size() - before;
  if (added > left_) {
    buffer_.resize(before);
    not_kept_ = 1;
    append_note("the log of this task manager is full; later lines are counted, not kept");
    return;
  }
  left_ -= added;
  if (buffer_.size() >= kFlushAt) flush();
}

void WorkerLog::append(const LogSource& source, std::string_view line) {
  buffer_ += stamp();
  buffer_ += R"(,"stage":")";
  buffer_ += source.stage;
  buffer_ += R"(","pid":)";
  buffer_ += std::to_string(source.pid);
  if (source.split) {
    buffer_ += R"(,"split":)";
    buffer_ += std::to_string(*source.split);
  }
  if (source.on_stdout) buffer_ += R"(,"stream":"stdout")";
  buffer_ += R"(,"line":)";
  doc::append_json_string(buffer_, redact(printable(to_utf8(line))));
  buffer_ += "}\n";
}

void WorkerLog::append_note(std::string_view note) {
  buffer_ += stamp();
  buffer_ += R"(,"line":)";
  doc::append_json_string(buffer_, note);
  buffer_ += "}\n";
}

// {"time":"…","task_manager":1 — made once a millisecond.
const std::string& WorkerLog::stamp() {
  const WallTime now = std::chrono::floor<std::chrono::milliseconds>(clock_.wall());
  if (stamp_.empty() || now != stamped_) {
    stamped_ = now;
    stamp_ = R"({"time":")" + rfc3339(now) + R"(","task_manager":)" + task_manager_;
  }
  return stamp_;
}

void WorkerLog::flush() {
  if (buffer_.empty()) return;
  // A log that cannot be written must not end the work.
  (void)write_all(fd_, buffer_, "the worker log");
  buffer_.clear();
}

void WorkerLog::close() {
  if (not_kept_ > 0) append_note(std::to_string(not_kept_) + " lines were not kept");
  not_kept_ = 0;
  left_ = 0;
  flush();
}

std::uint64_t log_limit(const EnvMap& env) {
  const auto text = get(env, "ORCH_LOG_LIMIT");
  if (!text) return WorkerLog::kDefaultLimit;
  const auto size = parse_size(*text);
  return size ? *size : WorkerLog::kDefaultLimit;
}

void LastLines::add(std::string_view line) {
  if (line.empty()) return;
  if (lines_.size() == kLastLines) lines_.pop_front();
  lines_.push_back(redact(printable(to_utf8(line))));
}

void LogCutter::take(std::string_view piece) {
  const std::size_t end = piece.find_last_not_of('\r');
  if (end == std::string_view::npos) return;
  const std::size_t redraw = piece.rfind('\r', end);
  if (redraw != std::string_view::npos) {
    partial_.clear();
    piece.remove_prefix(redraw + 1);
  }
  if (partial_.size() <= kLongestLine) {
    partial_ += piece.substr(0, kLongestLine + 1 - partial_.size());
  }
}

std::string_view LogCutter::line() const {
  std::string_view line = partial_;
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line.substr(0, kLongestLine);
}

}  // namespace orch::pipeline
