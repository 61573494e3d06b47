#include <doctest/doctest.h>

#include "driver.h"

using namespace orch;
using namespace orch::pipeline;
using test::Driver;

namespace {

constexpr std::string_view kEcho = R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": {"said": m["input"], "meta": m.get("meta")}})
)";

std::vector<std::string> numbered(int count) {
  std::vector<std::string> inputs;
  for (int i = 0; i < count; ++i) inputs.push_back("text " + std::to_string(i));
  return inputs;
}

}  // namespace

TEST_CASE("every input of a split gets its line, then the split its end") {
  Driver driver;
  driver.add_run("inference", driver.python(kEcho));
  driver.start();
  driver.grant(3, numbered(500), 1000);
  REQUIRE(driver.read_until_end(3));
  CHECK(driver.line_count == 500);
  REQUIRE(driver.lines.size() == 500);
  CHECK(driver.lines.at(1007).ok);
  CHECK(driver.lines.at(1007).split == 3);
  CHECK(driver.lines.at(1007).result() == R"({"said":"text 7","meta":null})");
  CHECK(driver.lines.at(1007).text.starts_with(
      R"({"index":1007,"input":"text 7","status":"ok","result":{)"));
  CHECK(driver.finish() == 0);
  REQUIRE(driver.beats.size() == 1);
  CHECK(driver.beats[0].stages.back().done == 500);
  CHECK(driver.beats[0].stages.back().latency.count() == 500);
}

TEST_CASE("results are passed on byte by byte") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    print('{"id": %d, "result": {"a":1.0, "b":12345678901234567890123, "c":"\\u00e4" }}' % m["id"], flush=True)
)"));
  driver.start();
  driver.grant(0, {"x"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).text.find(
            R"("result":{"a":1.0, "b":12345678901234567890123, "c":"\u00e4" },"split":0)") !=
        std::string::npos);
  CHECK(driver.finish() == 0);
}

TEST_CASE("meta of the record reaches the worker and, when it fails, its line") {
  Driver driver;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    if m["meta"]["fail"]:
        say({"id": m["id"], "error": {"message": "no\tgood"}})
    else:
        say({"id": m["id"], "result": m["meta"]})
)"));
  driver.start();
  driver.grant_records(0, {R"({"input":"a","meta":{"fail":false,"k":[1, 2]}})",
                           R"({"meta":{"fail":true},"input":"b","other":1})"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() == R"({"fail":false,"k":[1,2]})");
  CHECK_FALSE(driver.lines.at(1).ok);
  CHECK(driver.lines.at(1).error_code() == "worker_error");
  CHECK(driver.lines.at(1).error_message() == "no\tgood");
  CHECK(driver.lines.at(1).attempts() == 1);
  CHECK(driver.lines.at(1).text.find(R"("meta":{"fail":true})") != std::string::npos);
  CHECK(driver.finish() == 0);
}

TEST_CASE("answers may come in any order") {
  Driver driver;
  driver
      .add_run("inference", driver.python(R"(
say({"ready": True})
held = []
for m in lines():
    held.append(m)
    if len(held) == 4:
        for h in reversed(held):
            say({"id": h["id"], "result": h["input"]})
        held = []
)"))
      .threads = 4;
  driver.start();
  driver.grant(0, numbered(40));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) {
    CHECK(line.result() == "\"text " + std::to_string(index) + "\"");
  }
  CHECK(driver.finish() == 0);
}

TEST_CASE("work is shared among the processes of a stage") {
  Driver driver;
  driver
      .add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    time.sleep(0.002)
    say({"id": m["id"], "result": os.getpid()})
)"))
      .processes = 2;
  driver.start();
  driver.grant(0, numbered(200));
  REQUIRE(driver.read_until_end());
  std::map<std::string, int> shares;
  for (const auto& [index, line] : driver.lines) ++shares[line.result()];
  CHECK(shares.size() == 2);
  CHECK(driver.finish() == 0);
}

TEST_CASE("a retryable error is retried, any other is final") {
  Driver driver;
  driver.config.retry_item = 2;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
tries = {}
for m in lines():
    n = tries[m["input"]] = tries.get(m["input"], 0) + 1
    kind = m["input"]
    if kind == "third" and n == 3:
        say({"id": m["id"], "result": n})
    else:
        say({"id": m["id"], "error": {"message": "try %d" % n, "retryable": kind != "final"}})
)"));
  driver.start();
  driver.grant(0, {"third", "never", "final"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() == "3");
  CHECK(driver.lines.at(1).error_message() == "try 3");
  CHECK(driver.lines.at(1).attempts() == 3);
  CHECK(driver.lines.at(2).error_message() == "try 1");
  CHECK(driver.lines.at(2).attempts() == 1);
  CHECK(driver.finish() == 0);
}

TEST_CASE("workers get the job's environment and directory, and who they are") {
  Driver driver;
  driver.config.task_manager = 4;
  driver.config.env["MODEL"] = "m.onnx";
  driver.add_run("preprocess", driver.python(R"(
say({"ready": True})
for m in lines():
    e = os.environ
    say({"id": m["id"], "result": [e["MODEL"], e["ORCH_JOB_ID"], e["ORCH_TASK_MANAGER"],
                                   e["ORCH_STAGE"], os.getcwd(), "HOME" in e]})
)"));
  driver.start();
  driver.grant(0, {"x"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() ==
        R"(["m.onnx","job-1","4","preprocess",")" + driver.directory.path() + R"(",false])");
  CHECK(driver.lines.at(0).text.find(R"("task_manager":4,"ms":{"preprocess":)") !=
        std::string::npos);
  CHECK(driver.finish() == 0);
}

TEST_CASE("two stages: the result of the first is the meta of the second") {
  Driver driver;
  driver.add_run("preprocess", driver.python(R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": {"upper": m["input"].upper()}})
)"));
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": m["meta"]["upper"] + ("out" if "out" in m else "")})
)"));
  driver.start();
  driver.grant(0, numbered(100));
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(99).result() == R"("TEXT 99")");
  CHECK(driver.finish() == 0);
}

TEST_CASE("bytes travel as files: out of one stage is the path of the next, and all are unlinked") {
  Driver driver;
  driver.add_run("preprocess", driver.python(R"(
say({"ready": True})
for m in lines():
    with open(m["out"], "w") as f:
        f.write(open(m["path"]).read() * 2)
    say({"id": m["id"], "out": True, "result": os.path.basename(m["path"])})
)"));
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": [m["meta"], open(m["path"]).read()]})
)"));
  driver.script("a.txt", "hello");
  driver.start();
  driver.grant(0, {"a.txt", driver.directory.path() + "/a.txt"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() == R"(["a.txt","hellohello"])");
  CHECK(driver.lines.at(1).result() == R"(["a.txt","hellohello"])");
  CHECK(driver.finish() == 0);
  CHECK(driver.beats.back().bytes_in_use == 0);
  CHECK(exists(driver.directory.path() + "/a.txt"));
}

TEST_CASE("batches: items travel together and are answered one by one") {
  Driver driver;
  auto& stage = driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    for one in m["batch"]:
        say({"id": one["id"], "result": len(m["batch"])})
)"));
  stage.batch = job::BatchSpec{.size = 8, .max_delay = std::chrono::milliseconds(30)};
  driver.start();
  driver.grant(0, numbered(20));
  REQUIRE(driver.read_until_end());
  std::map<std::string, int> sizes;
  for (const auto& [index, line] : driver.lines) ++sizes[line.result()];
  CHECK(sizes == std::map<std::string, int>{{"8", 16}, {"4", 4}});
  CHECK(driver.finish() == 0);
}

TEST_CASE("a batch that fails as a whole is retried singly; one bad item does not poison it") {
  Driver driver;
  auto& stage = driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    bad = any(one["input"] == "text 5" for one in m["batch"])
    for one in m["batch"]:
        if bad:
            say({"id": one["id"], "error": {"message": "batch of %d" % len(m["batch"])}})
        else:
            say({"id": one["id"], "result": len(m["batch"])})
)"));
  stage.batch = job::BatchSpec{.size = 8, .max_delay = std::chrono::milliseconds(30)};
  driver.start();
  driver.grant(0, numbered(16));
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() == "1");
  CHECK(driver.lines.at(8).result() == "8");
  CHECK(driver.lines.at(5).error_message() == "batch of 1");
  CHECK(driver.finish() == 0);
}

TEST_CASE("a grant without items ends at once") {
  Driver driver;
  driver.add_run("inference", driver.python(kEcho));
  driver.start();
  driver.grant(9, {});
  CHECK(driver.read_until_end(9));
  CHECK(driver.finish() == 0);
}
