// Our ends of a child's pipes, on the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/loop.h"

namespace orch::pipeline {

class PipeReader {
 public:
  // Takes what was read; false: it wants no more (the pipe is closed).
  using Sink = std::function<bool(std::string_view bytes)>;

  PipeReader(Loop& loop, Sink sink) : loop_(loop), sink_(std::move(sink)) {}
  ~PipeReader() { close(); }
  PipeReader(const PipeReader&) = delete;
  PipeReader& operator=(const PipeReader&) = delete;

  Status open(Fd fd);  // made non-blocking and watched
  bool is_open() const { return static_cast<bool>(fd_); }
  // Reads what is there, at most `limit` bytes.
  void drain(std::size_t limit);
  void close();

 private:
  Loop& loop_;
  Sink sink_;
  Fd fd_;
};

class PipeWriter {
 public:
  explicit PipeWriter(Loop& loop) : loop_(loop) {}
  ~PipeWriter() { close(); }
  PipeWriter(const PipeWriter&) = delete;
  PipeWriter& operator=(const PipeWriter&) = delete;

  Status open(Fd fd);
  bool is_open() const { return static_cast<bool>(fd_); }
  // Append here, then flush().
  std::string& buffer() { return buffer_; }
  std::uint64_t appended() const { return written_ + buffer_.size() - sent_; }
  std::uint64_t written() const { return written_; }
  std::size_t unsent() const { return buffer_.size() - sent_; }
  // One write; what does not fit goes when there is room. False: the reader is gone.
  bool flush();
  // Known from a write that failed; look() asks without writing.
  bool reader_gone() const { return gone_; }
  void look();
  void close();

 private:
  void set_interest(std::uint32_t interest);
  void drop_sent();

  Loop& loop_;
  Fd fd_;
  std::string buffer_;
  std::size_t sent_ = 0;
  std::uint64_t written_ = 0;
  std::uint32_t interest_ = 0;
  bool gone_ = false;
};

}  // namespace orch::pipeline
