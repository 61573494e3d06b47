#include "pipeline/pipe_end.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/process.h"

namespace orch::pipeline {

namespace {

constexpr std::size_t kChunk = 64 << 10;
constexpr std::size_t kPerTurn = 4 * kChunk;  // others want to be read too
constexpr std::size_t kKeptBuffer = 1 << 20;

}  // namespace

Status PipeReader::open(Fd fd) {
  ORCH_TRY(set_nonblocking(fd.get()));
  ORCH_TRY(loop_.watch(fd.get(), Loop::kRead, [this](std::uint32_t) { drain(kPerTurn); }));
  fd_ = std::move(fd);
  return {};
}

void PipeReader::drain(std::size_t limit) {
  std::array<char, kChunk> chunk;
  for (std::size_t total = 0; fd_ && total < limit;) {
    const ssize_t count = ::read(fd_.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return close();
    const auto size = static_cast<std::size_t>(count);
    if (!sink_({chunk.data(), size})) return close();
    // A pipe that gave less is empty now; the end of file comes as its own event.
    if (size < chunk.size()) return;
    total += size;
  }
}

void PipeReader::close() {
  if (!fd_) return;
  loop_.unwatch(fd_.get());
  fd_.reset();
}

Status PipeWriter::open(Fd fd) {
  ORCH_TRY(set_nonblocking(fd.get()));
  ORCH_TRY(loop_.watch(fd.get(), 0, [this](std::uint32_t) { flush(); }));
  fd_ = std::move(fd);
  return {};
}

bool PipeWriter::flush() {
  while (fd_ && sent_ < buffer_.size()) {
    const ssize_t count = ::write(fd_.get(), buffer_.data() + sent_, buffer_.size() - sent_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      if (sent_ > kKeptBuffer) drop_sent();
      set_interest(Loop::kWrite);
      return true;
    }
    if (count < 0) {
      gone_ = true;
      close();
      return false;
    }
    sent_ += static_cast<std::size_t>(count);
    written_ += static_cast<std::uint64_t>(count);
  }
  if (!fd_) return !gone_;
  drop_sent();
  set_interest(0);
  return true;
}

void PipeWriter::look() {
  pollfd asked{fd_.get(), 0, 0};
  if (!fd_ || ::poll(&asked, 1, 0) <= 0 || (asked.revents & POLLERR) == 0) return;
  gone_ = true;
  close();
}

void PipeWriter::drop_sent() {
  buffer_.erase(0, sent_);
  sent_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeptBuffer) buffer_ = std::string();
}

void PipeWriter::close() {
  if (!fd_) return;
  loop_.unwatch(fd_.get());
  fd_.reset();
}

void PipeWriter::set_interest(std::uint32_t interest) {
  if (interest == interest_) return;
  interest_ = interest;
  loop_.set_interest(fd_.get(), interest);
}

}  // namespace orch::pipeline
