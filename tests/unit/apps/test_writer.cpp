#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/process.h"
#include "output/writer.h"

using namespace orch;
using namespace orch::output;

TEST_CASE("bytes arrive in order, whatever their size") {
  Pipe pipe = std::move(*make_pipe());
  std::string seen;
  std::thread reader([&] { seen = *read_fd(pipe.read.get(), "pipe"); });
  Writer out(pipe.write.release(), "standard output");
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    const std::string piece(static_cast<std::size_t>(i * 997 % 70'000),
                            static_cast<char>('a' + i % 26));
    expected += piece;
    CHECK(out.write(piece));
  }
  CHECK(out.finish());
  reader.join();
  CHECK(seen == expected);
}

TEST_CASE("a non-blocking pipe that is full is waited for") {
  Pipe pipe = std::move(*make_pipe());
  REQUIRE(set_nonblocking(pipe.write.get()));
  std::string seen;
  Writer out(pipe.write.release(), "standard output");
  std::thread writer([&] {
    CHECK(out.write(std::string(300'000, 'x')));
    CHECK(out.finish());
  });
  seen = *read_fd(pipe.read.get(), "pipe");
  writer.join();
  CHECK(seen.size() == 300'000);
}

TEST_CASE("a full disk is remembered and told at the end") {
  Writer out(::open("/dev/full", O_WRONLY | O_CLOEXEC), "standard output");
  CHECK(out.write("x"));
  CHECK_FALSE(out.flush());
  CHECK_FALSE(out.write("y"));
  const Status status = out.finish();
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::output_failed);
  CHECK(status.error().message == "cannot write standard output: No space left on device");
  CHECK(out.finish().error().code == ErrorCode::output_failed);
}

TEST_CASE("a reader that went away has its own code") {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe = std::move(*make_pipe());
  pipe.read.reset();
  Writer out(pipe.write.release(), "standard output");
  CHECK(out.write("x"));
  CHECK(out.finish().error().code == ErrorCode::reader_gone);
}

TEST_CASE("nothing written is nothing failed") {
  Writer out(::open("/dev/full", O_WRONLY | O_CLOEXEC), "standard output");
  CHECK(out.write(""));
  CHECK(out.finish());
}

TEST_CASE("the hook runs before bytes leave, not when they are only kept") {
  Pipe pipe = std::move(*make_pipe());
  Writer out(pipe.write.release(), "standard output");
  int called = 0;
  out.before_write([&] { ++called; });
  CHECK(out.write("x"));
  CHECK(called == 0);
  CHECK(out.flush());
  CHECK(called == 1);
  CHECK(out.finish());
  CHECK(called == 1);
}
