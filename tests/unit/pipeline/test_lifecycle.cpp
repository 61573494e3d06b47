// How a task manager starts, is told to stop, and dies with what it started.
#include <doctest/doctest.h>
#include <signal.h>

#include <thread>

#include "driver.h"

using namespace orch;
using orch::test::Driver;
using namespace std::chrono_literals;

namespace {

// Says where it is and never answers, nor minds being asked to go.
constexpr std::string_view kStubborn = R"(
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    time.sleep(1000)
say({"ready": True})
for m in lines():
    log("working on " + m["input"])
    time.sleep(1000)
)";

constexpr std::string_view kEcho = R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": m["input"]})
)";

bool working(Driver& driver) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (driver.log().find("working on") != std::string::npos) return true;
    driver.read([] { return false; }, 10ms);
  }
  return false;
}

}  // namespace

TEST_CASE("when the runner goes away, every worker and its children go at once") {
  Driver driver;
  const auto argv = driver.python(kStubborn);
  driver.add_run("inference", argv).processes = 2;
  driver.start();
  driver.grant(0, {"a", "b"});
  REQUIRE(working(driver));
  driver.close_input();
  CHECK(driver.wait_exit() == 1);
  CHECK(orch::test::all_gone(argv[2]));
}

TEST_CASE("on TERM, the same") {
  Driver driver;
  const auto argv = driver.python(kStubborn);
  driver.add_run("inference", argv);
  driver.start();
  driver.grant(0, {"a"});
  REQUIRE(working(driver));
  ::kill(driver.pid(), SIGTERM);
  CHECK(driver.wait_exit() == 143);
  CHECK(orch::test::all_gone(argv[2]));
}

TEST_CASE("a killed task manager leaves no worker behind") {
  Driver driver;
  const auto argv = driver.python(kEcho);
  driver.add_run("inference", argv).processes = 2;
  driver.start();
  driver.grant(0, {"a"});
  REQUIRE(driver.read_until_end());
  ::kill(driver.pid(), SIGKILL);
  CHECK(driver.wait_exit() == 137);
  CHECK(orch::test::all_gone(argv[2]));
}

TEST_CASE(
    "stop: what is granted is finished first, workers may clean up, stubborn ones are ended") {
  Driver driver;
  driver.config.stop_grace = 300ms;
  driver.add_run("preprocess", driver.python(R"(
say({"ready": True})
for m in lines():
    time.sleep(0.01)
    say({"id": m["id"], "result": 1})
log("cleaned up")
)"));
  const auto stubborn = driver.python(R"(
signal.signal(signal.SIGTERM, signal.SIG_IGN)
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": 2})
time.sleep(1000)
)");
  driver.add_run("inference", stubborn);
  driver.start();
  driver.grant(0, {"a", "b", "c", "d"});
  driver.grant(1, {"e", "f"}, 4);
  CHECK(driver.finish() == 0);
  CHECK(driver.line_count == 6);
  CHECK(driver.ends == std::vector<std::uint32_t>{0, 1});
  CHECK(driver.beats.size() == 1);
  CHECK(driver.log().find("cleaned up") != std::string::npos);
  CHECK(orch::test::all_gone(stubborn[2]));
}

TEST_CASE("stop while the model still loads does not wait for it") {
  Driver driver;
  driver.config.stop_grace = std::chrono::hours(1);
  const auto argv = driver.python("log('working on the model'); time.sleep(1000)");
  driver.add_run("inference", argv);
  driver.start();
  REQUIRE(working(driver));
  CHECK(driver.finish() == 0);
  CHECK(orch::test::all_gone(argv[2]));
}

TEST_CASE("a revoked split gets no more lines and no end, the others theirs") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    if m["input"] == "go":
        log("working on it")
        while not os.path.exists("gate"):
            time.sleep(0.005)
    say({"id": m["id"], "result": m["input"]})
)"));
  driver.start();
  std::vector<std::string> inputs(50, "x");
  inputs[0] = "go";
  driver.grant(0, inputs);
  driver.grant(1, {"y", "z"}, 50);
  REQUIRE(working(driver));
  driver.stop(0);
  driver.grant(2, {"w"}, 52);
  driver.read([] { return false; }, 50ms);
  driver.directory.write("gate", "");
  REQUIRE(driver.read_until_end(2));
  CHECK(driver.finish() == 0);
  CHECK(driver.lines.size() == 3);
  CHECK(driver.ends == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("a split may be granted again after it was revoked") {
  Driver driver;
  driver.add_run("inference", driver.python(kEcho));
  driver.start();
  driver.grant(0, {"a", "b"});
  driver.stop(0);
  driver.grant(0, {"a", "b"});
  REQUIRE(driver.read_until_end(0));
  CHECK(driver.lines.size() == 2);
  CHECK(driver.finish() == 0);
}

TEST_CASE("a runner that does not read holds up the work, not the workers, and loses nothing") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": "r" * 100000})
)"));
  driver.start();
  driver.grant(0, std::vector<std::string>(300, "x"));
  std::this_thread::sleep_for(300ms);
  REQUIRE(driver.read_until_end());
  CHECK(driver.line_count == 300);
  CHECK(driver.finish() == 0);
}

TEST_CASE("beats come while it lives, and a last one at the end") {
  Driver driver;
  driver.config.keep_alive = true;
  driver.config.keep_alive_interval = 20ms;
  driver.add_run("inference", driver.python(kEcho));
  driver.start();
  REQUIRE(driver.read([&] { return driver.beats.size() >= 3; }));
  driver.grant(0, {"a", "b"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.finish() == 0);
  CHECK(driver.beats.back().stages.back().done == 2);
  CHECK(driver.beats.back().stages.back().in_flight == 0);
  CHECK(driver.beats.back().stages.back().stage == "inference");
}

TEST_CASE("what is no frame of a runner is refused in words") {
  Driver driver;
  driver.start();
  std::string frames;
  job::append_end(frames, 1);
  driver.send(frames);
  driver.read([&] { return driver.closed; });
  CHECK(driver.wait_exit() == 99);
  REQUIRE(driver.stopped);
  CHECK(orch::test::show(*driver.stopped).find("only task managers send") != std::string::npos);
}

TEST_CASE("a configuration that cannot be read is refused by field") {
  Driver driver;
  driver.config.task_manager = 0;
  driver.start();
  driver.read([&] { return driver.closed; });
  REQUIRE(driver.stopped);
  CHECK(orch::test::show(*driver.stopped).find("no valid `task_manager`") != std::string::npos);
}
