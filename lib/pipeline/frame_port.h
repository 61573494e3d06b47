// The two pipes to the runner: frames in, a buffer of frames out.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/loop.h"
#include "job/frame.h"
#include "pipeline/pipe_end.h"

namespace orch::pipeline {

class FramePort {
 public:
  using OnFrame = std::function<Status(const job::Frame& frame)>;

  FramePort(Loop& loop, OnFrame on_frame);

  Status open(int in_fd, int out_fd);
  // Append frames here, then flush() once a turn.
  std::string& out() { return writer_.buffer(); }
  void flush() { writer_.flush(); }
  std::size_t unsent() const { return writer_.unsent(); }
  // The other side closed its end, for reading or for writing.
  bool in_closed() const { return !reader_.is_open(); }
  bool out_closed() const { return writer_.reader_gone(); }
  // What came was no frame.
  const std::optional<Error>& error() const { return error_; }

 private:
  bool take(std::string_view bytes);

  OnFrame on_frame_;
  job::FrameDecoder decoder_;
  std::optional<Error> error_;
  PipeReader reader_;
  PipeWriter writer_;
};

}  // namespace orch::pipeline
