#include <doctest/doctest.h>

#include "base/process.h"
#include "output/progress.h"

using namespace orch;
using namespace orch::output;

namespace {

struct Line {
  explicit Line(bool enabled = true, std::size_t width = 20)
      : pipe(std::move(*make_pipe())), line(pipe.write.get(), enabled, width, clock) {}

  std::string seen() {
    line.clear();
    pipe.write.reset();
    return *read_fd(pipe.read.get(), "pipe");
  }

  ManualClock clock;
  Pipe pipe;
  ProgressLine line;
};

}  // namespace

TEST_CASE("at most ten times a second, and the line is taken away") {
  Line progress;
  for (int i = 0; i < 25; ++i) {
    progress.line.show(std::to_string(i));
    progress.clock.advance(std::chrono::milliseconds(10));
  }
  CHECK(progress.seen() == "\r\x1b[K0\r\x1b[K10\r\x1b[K20\r\x1b[K");
}

TEST_CASE("after clear the next one is drawn at once") {
  Line progress;
  progress.line.show("a");
  CHECK_FALSE(progress.line.due());
  progress.line.clear();
  progress.line.clear();
  CHECK(progress.line.due());
  progress.line.show("b");
  CHECK(progress.seen() == "\r\x1b[Ka\r\x1b[K\r\x1b[Kb\r\x1b[K");
}

TEST_CASE("cut below the width, control bytes shown") {
  Line progress(true, 8);
  progress.line.show("0123456789");
  progress.line.clear();
  progress.line.show("a\nb\r");
  CHECK(progress.seen() == "\r\x1b[K012345…\r\x1b[K\r\x1b[Ka\\nb\\r\r\x1b[K");
}

TEST_CASE("not on a terminal: silence") {
  Line progress(false);
  CHECK_FALSE(progress.line.due());
  progress.line.show("a");
  CHECK(progress.seen() == "");
}
