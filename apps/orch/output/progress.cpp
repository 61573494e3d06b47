#include "output/progress.h"

#include <unistd.h>

#include "base/text.h"

namespace orch::output {
namespace {

constexpr auto kShortest = std::chrono::milliseconds(100);
constexpr std::string_view kEraseLine = "\r\x1b[K";

// A terminal that went away is no reason to stop the work.
void put(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

ProgressLine::ProgressLine(int fd, bool enabled, std::size_t width, Clock& clock)
    : fd_(fd), enabled_(enabled), width_(width), clock_(clock) {}

bool ProgressLine::due() const {
  return enabled_ && (!drawn_ || clock_.steady() - *drawn_ >= kShortest);
}

void ProgressLine::show(std::string_view text) {
  if (!due()) return;
  // The last column stays free: a full line makes some terminals wrap.
  const std::size_t room = width_ > 1 ? width_ - 1 : 79;
  put(fd_, std::string(kEraseLine) + fit(printable(text), room));
  drawn_ = clock_.steady();
  visible_ = true;
}

void ProgressLine::clear() {
  if (!visible_) return;
  put(fd_, kEraseLine);
  visible_ = false;
  drawn_.reset();
}

}  // namespace orch::output
