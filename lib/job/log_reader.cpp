#include "job/log_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "doc/json_slice.h"

namespace orch::job {
namespace {

constexpr std::size_t kBlock = 256u << 10;

std::optional<std::uint64_t> read_index(std::string_view raw) {
  std::uint64_t index = 0;
  const auto [end, problem] = std::from_chars(raw.data(), raw.data() + raw.size(), index);
  if (problem != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  return index;
}

}  // namespace

std::optional<LogLine> read_log_line(std::string_view line) {
  // JSON allows a newline between two tokens; a line of a log does not.
  if (line.size() > kMaxLogLine || line.find('\n') != std::string_view::npos) return std::nullopt;
  const auto slices = doc::slice_object(line);
  if (!slices) return std::nullopt;
  const auto index = read_index(slices->find("index"));
  const std::string_view status = slices->find("status");
  const bool ok = status == "\"ok\"";
  if (!index || (!ok && status != "\"failed\"")) return std::nullopt;
  return LogLine{*index, ok};
}

LogReader::LogReader(Read read, std::uint64_t begin, std::uint64_t end)
    : read_(std::move(read)), offset_(begin), end_(end) {}

Result<bool> LogReader::fill() {
  const std::uint64_t from = offset_ + (stop_ - begin_);
  if (from >= end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, stop_ - begin_);
    stop_ -= begin_;
    begin_ = 0;
  }
  if (stop_ == buffer_.size()) {
    buffer_.resize(std::clamp(buffer_.size() * 2, kBlock, kMaxLogLine + kBlock));
  }
  const std::size_t room =
      static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size() - stop_, end_ - from));
  const std::size_t got = ORCH_TRY(read_(from, buffer_.data() + stop_, room));
  stop_ += got;
  return got > 0;
}

std::string_view LogReader::take(std::size_t length) {
  const std::string_view taken(buffer_.data() + begin_, length);
  begin_ += length;
  offset_ += length;
  return taken;
}

Result<std::optional<std::string_view>> LogReader::next() {
  std::size_t searched = 0;
  for (;;) {
    const std::size_t newline = held().find('\n', searched);
    if (newline != std::string_view::npos) return take(newline + 1).substr(0, newline);
    searched = held().size();
    if (searched > kMaxLogLine || !ORCH_TRY(fill())) return std::nullopt;
  }
}

Result<std::string_view> LogReader::next_block() {
  for (;;) {
    const std::size_t newline = held().rfind('\n');
    if (newline != std::string_view::npos) return take(newline + 1);
    if (held().size() > kMaxLogLine || !ORCH_TRY(fill())) return std::string_view();
  }
}

}  // namespace orch::job
