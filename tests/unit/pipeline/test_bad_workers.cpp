// A worker on its bad days: none may cost an input, a result, or the job, unless it says so.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include "driver.h"

using namespace orch;
using orch::test::Driver;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> numbered(int count) {
  std::vector<std::string> inputs;
  for (int i = 0; i < count; ++i) inputs.push_back(std::to_string(i));
  return inputs;
}

// The reason a task manager gave, once it has stopped by itself.
std::string reason_of(Driver& driver) {
  driver.read([&] { return driver.closed; });
  CHECK(driver.wait_exit() == 3);
  REQUIRE(driver.stopped);
  return orch::test::show(*driver.stopped);
}

bool contains(const std::string& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a worker that is not executable fails the stage at once") {
  Driver driver;
  const std::string path = driver.directory.write("worker.py", "#!/usr/bin/python3\n");
  ::chmod(path.c_str(), 0644);
  driver.add_run("inference", {"./worker.py"});
  driver.start();
  const std::string reason = reason_of(driver);
  CHECK(contains(reason, "stage inference: cannot run ./worker.py: Permission denied"));
  CHECK(contains(reason, "chmod +x"));
}

TEST_CASE("a worker that exits at once fails the stage after five starts, with its last words") {
  Driver driver;
  driver.add_run("inference", driver.python("log('first'); log('No module named x'); sys.exit(4)"));
  driver.start();
  driver.grant(0, {"a"});
  const std::string reason = reason_of(driver);
  CHECK(contains(reason, "stage inference: python3 -S "));
  CHECK(contains(reason,
                 "ended 5 times in a row before it was ready, the last time with: exit "
                 "status 4: No module named x"));
  CHECK(contains(reason, R"("details":["first","No module named x")"));
  CHECK(driver.lines.empty());
}

TEST_CASE("a worker that never says ready is ended, five times") {
  Driver driver;
  auto& stage =
      driver.add_run("inference", driver.python("print('loading', flush=True); time.sleep(1000)"));
  stage.start_timeout = 100ms;
  driver.start();
  const std::string reason = reason_of(driver);
  CHECK(contains(reason, "not ready within 100ms"));
  CHECK(contains(driver.log(), R"("stream":"stdout","line":"loading"})"));
  CHECK(orch::test::all_gone(stage.argv[2]));
}

TEST_CASE("ready, and then gone without doing anything, is no better than never ready") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(say({"ready": True}))"));
  driver.start();
  CHECK(contains(reason_of(driver), "ended 5 times in a row before it took an input"));
}

TEST_CASE("a flood on standard error is drained, cut and capped") {
  Driver driver;
  driver.env["ORCH_LOG_LIMIT"] = "100KiB";
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
log("x" * 20000)
for i in range(50):
    sys.stderr.write("y" * 65536 + "\n" + "short line\n" * 1000)
log("\r 10%\r 50%\r\x1b[1m100%")
for m in lines():
    say({"id": m["id"], "result": 1})
)"));
  driver.start();
  driver.grant(0, numbered(100));
  REQUIRE(driver.read_until_end());
  CHECK(driver.finish() == 0);
  const std::string log = driver.log();
  CHECK(log.size() < 110'000);
  CHECK(contains(log, "\"" + std::string(8192, 'x') + "\"}\n"));
  CHECK(contains(log, "later lines are counted, not kept"));
  CHECK(contains(log, " lines were not kept\"}\n"));
}

TEST_CASE("of a line that is redrawn the log keeps what stood last, without control bytes") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
sys.stderr.buffer.write(b"\r 10%\r 50%\r\x1b[1m100% \xff\r\n")
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": 1})
)"));
  driver.start();
  driver.grant(0, {"a"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.finish() == 0);
  CHECK(contains(driver.log(), "\"line\":\"\\\\x1b[1m100% \uFFFD\"}"));
}

TEST_CASE(
    "chatter, unknown ids and second answers are logged and counted, never a reason to restart") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
pid = os.getpid()
for m in lines():
    print("Epoch 1/1")
    print("{\"id\": \"17\", \"result\": 1}")
    print(json.dumps({"id": m["id"]}))
    say({"id": 4711, "result": "unknown"})
    say({"id": m["id"], "result": pid})
    say({"id": m["id"], "result": "again"})
)"));
  driver.start();
  driver.grant(0, numbered(30));
  REQUIRE(driver.read_until_end());
  CHECK(driver.line_count == 30);
  for (const auto& [index, line] : driver.lines) {
    CHECK(line.result() == driver.lines.at(0).result());
    CHECK(line.result() != "\"again\"");
  }
  CHECK(driver.finish() == 0);
  CHECK(driver.beats.back().stray_lines == 30 * 5);  // the last one comes after the last answer
  CHECK(driver.beats.back().stages.back().restarts == 0);
  CHECK(contains(driver.log(), R"("stream":"stdout","line":"Epoch 1/1"})"));
}

TEST_CASE("a line without end costs its input, not the memory and not the others") {
  Driver driver;
  driver
      .add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    if m["input"] == "7":
        while True:
            sys.stdout.write("x" * 65536)
    say({"id": m["id"], "result": 1})
)"))
      .max_result = 200'000;
  driver.start();
  driver.grant(0, numbered(20));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok == (index != 7));
  CHECK(driver.lines.at(7).error_code() == "result_too_large");
  CHECK(contains(driver.lines.at(7).error_message(), "a line over max_result"));
  CHECK(driver.finish() == 0);
}

TEST_CASE("a worker that closes its input is replaced") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
n = 0
for m in lines():
    say({"id": m["id"], "result": 1})
    n += 1
    if n == 10:
        os.close(0)
        time.sleep(1000)
)"));
  driver.start();
  driver.grant(0, numbered(35));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok);
  CHECK(driver.finish() == 0);
  CHECK(driver.beats.back().stages.back().restarts >= 3);
}

TEST_CASE("a worker that closes its output is replaced") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for n, m in enumerate(lines()):
    if n == 10:
        os.close(1)
        time.sleep(1000)
    say({"id": m["id"], "result": 1})
)"));
  driver.start();
  driver.grant(0, numbered(35));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok);
  CHECK(driver.finish() == 0);
}

TEST_CASE("a worker that ends after some inputs loses none: all it answered counts") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for n, m in enumerate(lines()):
    say({"id": m["id"], "result": 1})
    if n == 20:
        break
)"));
  driver.start();
  driver.grant(0, numbered(200));
  REQUIRE(driver.read_until_end());
  CHECK(driver.line_count == 200);
  for (const auto& [index, line] : driver.lines) CHECK(line.ok);
  CHECK(driver.finish() == 0);
}

TEST_CASE("an input that kills its worker fails alone, after two deaths alone") {
  Driver driver;
  driver
      .add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    if m["input"] in ("3", "11"):
        log("about to die on " + m["input"])
        os.kill(os.getpid(), signal.SIGSEGV)
    say({"id": m["id"], "result": 1})
)"))
      .processes = 2;
  driver.start();
  driver.grant(0, numbered(40));
  REQUIRE(driver.read_until_end());
  CHECK(driver.line_count == 40);
  for (const auto& [index, line] : driver.lines) CHECK(line.ok == (index != 3 && index != 11));
  CHECK(driver.lines.at(3).error_code() == "worker_died");
  CHECK(contains(driver.lines.at(3).error_message(), "signal 11 (Segmentation fault)"));
  CHECK(contains(driver.lines.at(3).error_message(), "about to die on"));
  CHECK(driver.finish() == 0);
}

TEST_CASE("a batch that kills its worker is taken apart") {
  Driver driver;
  auto& stage = driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    if any(one["input"] == "5" for one in m["batch"]):
        os._exit(9)
    for one in m["batch"]:
        say({"id": one["id"], "result": len(m["batch"])})
)"));
  stage.batch = job::BatchSpec{.size = 8, .max_delay = 20ms};
  driver.start();
  driver.grant(0, numbered(24));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok == (index != 5));
  CHECK(driver.lines.at(0).result() == "1");
  CHECK(driver.lines.at(5).error_code() == "worker_died");
  CHECK(driver.finish() == 0);
}

TEST_CASE("an input without an answer times out, and only it") {
  Driver driver;
  auto& stage = driver.add_run("inference", driver.python(R"(
say({"ready": True})
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for m in lines():
    if m["input"] == "2":
        time.sleep(1000)
    say({"id": m["id"], "result": 1})
)"));
  stage.timeout = 200ms;
  driver.start();
  driver.grant(0, numbered(6));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok == (index != 2));
  CHECK(driver.lines.at(2).error_code() == "timed_out");
  CHECK(contains(driver.lines.at(2).error_message(), "no answer within 200ms"));
  CHECK(driver.finish() == 0);
}

TEST_CASE("time in the window is not time on the item") {
  Driver driver;
  auto& stage = driver.add_run("inference", driver.python(R"(
say({"ready": True})
todo = []
n = 0
for m in lines():
    n += 1
    time.sleep(0.0 if n < 300 else 0.15)
    say({"id": m["id"], "result": 1})
)"));
  stage.timeout = 400ms;
  driver.start();
  driver.grant(0, numbered(310));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok);
  CHECK(driver.finish() == 0);
  CHECK(driver.beats.back().stages.back().restarts == 0);
}

TEST_CASE("a stage fails after twenty inputs in a row condemned with no answer between") {
  Driver driver;
  driver.add_run("inference",
                 {"sh", "-c",
                  "echo '{\"ready\":true}'; read line; echo cannot open the model >&2; "
                  "exit 5"});
  driver.start();
  driver.grant(0, numbered(100));
  const std::string reason = reason_of(driver);
  CHECK(driver.line_count == 20);
  CHECK(contains(reason, "ended on 20 inputs in a row, each alone and twice"));
  CHECK(contains(reason, "cannot open the model"));
}

TEST_CASE("out: true without a file, or without an out, fails the input") {
  Driver driver;
  const auto argv = driver.python(R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "out": True} if os.environ["ORCH_STAGE"] == m["input"] else
        {"id": m["id"], "result": 1})
)");
  driver.add_run("preprocess", argv);
  driver.add_run("inference", argv);
  driver.start();
  driver.grant(0, {"preprocess", "inference", "x"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).error_code() == "bad_answer");
  CHECK(contains(driver.lines.at(0).error_message(), "without writing the file"));
  CHECK(driver.lines.at(1).error_code() == "bad_answer");
  CHECK(contains(driver.lines.at(1).error_message(), "the last stage has no `out`"));
  CHECK(driver.lines.at(2).ok);
  CHECK(driver.finish() == 0);
}

TEST_CASE("a worker that does not read while it writes cannot stop the others or itself") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": "r" * 200000})
)"));
  driver.start();
  driver.grant(0, std::vector<std::string>(12, std::string(500'000, 'i')));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok);
  CHECK(driver.finish() == 0);
}
