#include "pipeline/frame_port.h"

#include <fcntl.h>

#include <cerrno>

namespace orch::pipeline {

namespace {

// Our own copy: the caller's stays open, and reading and writing may share one descriptor.
Result<Fd> duplicate(int fd) {
  Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) return fail(ErrorCode::failed, errno_text("use", "the runner's pipe", errno));
  return copy;
}

}  // namespace

FramePort::FramePort(Loop& loop, OnFrame on_frame)
    : on_frame_(std::move(on_frame)),
      reader_(loop, [this](std::string_view bytes) { return take(bytes); }),
      writer_(loop) {}

Status FramePort::open(int in_fd, int out_fd) {
  Fd in = ORCH_TRY(duplicate(in_fd));
  Fd out = ORCH_TRY(duplicate(out_fd));
  ORCH_TRY(reader_.open(std::move(in)));
  return writer_.open(std::move(out));
}

bool FramePort::take(std::string_view bytes) {
  decoder_.feed(bytes);
  while (true) {
    auto frame = decoder_.next();
    if (frame && !*frame) return true;
    Status taken = frame ? on_frame_(**frame) : fail(std::move(frame).error());
    if (!taken) {
      error_ = std::move(taken).error();
      return false;
    }
  }
}

}  // namespace orch::pipeline
