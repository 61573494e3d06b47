#include "entrypoint/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace orch::entrypoint {
namespace {

constexpr std::size_t kPipeBytes = 1 << 20;
// After this much in one go the next look waits, so that a flood costs few turns.
constexpr std::size_t kMuch = 64 << 10;
constexpr std::size_t kMostAtOnce = 4 << 20;
constexpr std::size_t kBuffer = 64 << 10;
constexpr auto kPause = std::chrono::milliseconds(8);

// Larger pipes, fewer turns; the kernel may refuse, and then they are as they were.
void enlarge(int pipe) { ::fcntl(pipe, F_SETPIPE_SZ, kPipeBytes); }

bool is_fifo(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

Relay::Relay(Loop& loop, int target, std::string name)
    : loop_(loop), target_(target), name_(std::move(name)) {}

Relay::~Relay() { end(); }

Result<Fd> Relay::open() {
  Pipe pipe = ORCH_TRY(make_pipe());
  glass_ = ORCH_TRY(make_pipe());
  enlarge(pipe.read.get());
  enlarge(glass_.read.get());
  if (is_fifo(target_)) enlarge(target_);
  source_ = std::move(pipe.read);
  refilled_ = loop_.now();
  return std::move(pipe.write);
}

Status Relay::start() {
  ORCH_TRY(set_nonblocking(source_.get()));
  return loop_.watch(source_.get(), Loop::kRead, [this](std::uint32_t) { run_turns(); });
}

void Relay::finish() {
  if (over()) return;
  finishing_ = true;
  run_turns();
}

void Relay::run_turns() {
  moved_ = 0;
  while (!over()) {
    const Turn result = turn();
    if (result == Turn::target_full) return wait_for_target();
    if (result == Turn::over || (result == Turn::empty && finishing_)) return end();
    if (result == Turn::empty) return moved_ >= kMuch ? pause() : void();
    if (moved_ >= kMostAtOnce && !finishing_) return;  // signals and timers have their turn, too
  }
}

Relay::Turn Relay::turn() {
  if (!splices_) return copy_on();
  if (seen_ == 0) {
    refill();
    if (allowance_ < kMuch) {
      scanner_.skip();
    } else if (const Turn looked = look(); looked != Turn::moved) {
      return looked;
    }
  }
  return splice_on();
}

Relay::Turn Relay::look() {
  const ssize_t n =
      ::tee(source_.get(), glass_.write.get(), std::min(allowance_, kPipeBytes), SPLICE_F_NONBLOCK);
  if (n == 0) return Turn::over;
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Turn::empty;
  if (n < 0) {  // sandboxes do not know it
    splices_ = false;
    return Turn::moved;
  }
  seen_ = static_cast<std::size_t>(n);
  allowance_ -= seen_;
  std::array<char, kBuffer> buffer;
  for (std::size_t left = seen_; left > 0;) {
    const ssize_t got = ::read(glass_.read.get(), buffer.data(), std::min(left, buffer.size()));
    if (got <= 0) return fail_with(errno);
    scanner_.feed({buffer.data(), static_cast<std::size_t>(got)});
    left -= static_cast<std::size_t>(got);
  }
  return Turn::moved;
}

Relay::Turn Relay::splice_on() {
  const std::size_t most = seen_ > 0 ? seen_ : kPipeBytes;
  const ssize_t n =
      ::splice(source_.get(), nullptr, target_, nullptr, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  if (n == 0) return Turn::over;
  if (n > 0) {
    moved_ += static_cast<std::size_t>(n);
    seen_ -= std::min(seen_, static_cast<std::size_t>(n));
    return Turn::moved;
  }
  switch (errno) {
    case EINTR:
      return Turn::moved;
    case EAGAIN: {  // of which of the two? Either may have changed since.
      int waiting = 0;
      ::ioctl(source_.get(), FIONREAD, &waiting);
      if (waiting == 0) return Turn::empty;
      pollfd target{target_, POLLOUT, 0};
      return ::poll(&target, 1, 0) == 0 ? Turn::target_full : Turn::moved;
    }
    case EINVAL:  // a terminal, a file opened for appending
    case ENOSYS:
      splices_ = false;
      return Turn::moved;
    default:
      return fail_with(errno);
  }
}

Relay::Turn Relay::copy_on() {
  std::array<char, kBuffer> buffer;
  const ssize_t n = ::read(source_.get(), buffer.data(), buffer.size());
  if (n == 0) return Turn::over;
  if (n < 0) return errno == EAGAIN || errno == EINTR ? Turn::empty : fail_with(errno);
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(n));
  const std::size_t known = std::min(seen_, bytes.size());
  seen_ -= known;
  scanner_.feed(bytes.substr(known));
  moved_ += bytes.size();
  status_ = write_all(target_, bytes, name_);
  return status_ ? Turn::moved : Turn::over;
}

Relay::Turn Relay::fail_with(int error_number) {
  status_ = fail(write_error("write to", name_, error_number));
  return Turn::over;
}

void Relay::refill() {
  const double passed = to_seconds(loop_.now() - refilled_);
  const auto more = static_cast<std::size_t>(passed * static_cast<double>(kLookedAtPerSecond));
  if (more == 0) return;
  refilled_ = loop_.now();
  allowance_ = std::min(kBurst, allowance_ + more);
}

void Relay::pause() {
  loop_.set_interest(source_.get(), 0);
  pause_ = loop_.after(kPause, [this] {
    loop_.set_interest(source_.get(), Loop::kRead);
    run_turns();
  });
}

void Relay::wait_for_target() {
  loop_.set_interest(source_.get(), 0);
  const Status watched = loop_.watch(target_, Loop::kWrite, [this](std::uint32_t) {
    loop_.unwatch(target_);
    watches_target_ = false;
    loop_.set_interest(source_.get(), Loop::kRead);
    run_turns();
  });
  watches_target_ = watched.has_value();
  if (!watched) {
    status_ = watched;
    end();
  }
}

// Also closes the read end: what still writes meets a broken pipe.
void Relay::end() {
  if (over()) return;
  loop_.cancel(pause_);
  if (watches_target_) loop_.unwatch(target_);
  loop_.unwatch(source_.get());
  source_.reset();
}

}  // namespace orch::entrypoint
