#include <doctest/doctest.h>
#include <sys/wait.h>

#include "base/capture.h"

using namespace orch;

namespace {

Result<Captured> run(const std::string& script, std::optional<Duration> longest = std::nullopt,
                     std::size_t limit = 1 << 20) {
  SpawnSpec spec;
  spec.argv = {"/bin/sh", "-c", script};
  return capture(std::move(spec), longest, limit);
}

}  // namespace

TEST_CASE("output, errors and status of a child") {
  const auto captured = run("echo out; echo err >&2; exit 3");
  REQUIRE(captured);
  CHECK(captured->output == "out\n");
  CHECK(captured->errors == "err\n");
  CHECK(exit_status_of(captured->wait_status) == 3);
}

TEST_CASE("both streams are drained, however much comes") {
  const auto captured = run("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2");
  REQUIRE(captured);
  CHECK(captured->output.size() == 300'000);
  CHECK(captured->errors.size() == 64 << 10);
}

TEST_CASE("a child that takes too long or says too much is ended") {
  const auto late = run("sleep 100 & sleep 100", std::chrono::milliseconds(50));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timed_out);
  const auto loud = run("yes", std::nullopt, 1000);
  REQUIRE_FALSE(loud);
  CHECK(loud.error().code == ErrorCode::bad_answer);
}

TEST_CASE("what cannot be run says so") {
  SpawnSpec spec;
  spec.argv = {"/no/such/program"};
  const auto captured = capture(std::move(spec), std::nullopt, 10);
  REQUIRE_FALSE(captured);
  CHECK(captured.error().code == ErrorCode::file_not_found);
}
