#include <doctest/doctest.h>

#include "driver.h"

using namespace orch;
using orch::test::Driver;

TEST_CASE("exec: what a process prints is the result, JSON as it is and text as a string") {
  Driver driver;
  driver.add_exec("inference", {"printf", "%b", "{input}"}).processes = 2;
  driver.start();
  driver.grant(0, {"{\"a\":1.0,\\n \"b\":[]}\\n", "plain \\\\t text\\n\\n", "", "{broken", "12"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).text.find(R"("result":{"a":1.0,  "b":[]},)") != std::string::npos);
  CHECK(driver.lines.at(1).result() == R"("plain \\t text")");
  CHECK(driver.lines.at(2).result() == R"("")");
  CHECK(driver.lines.at(3).result() == R"("{broken")");
  CHECK(driver.lines.at(4).result() == R"("12")");
  CHECK(driver.finish() == 0);
}

TEST_CASE("exec: placeholders are filled in inside arguments and never reach a shell") {
  Driver driver;
  driver.add_exec("inference",
                  {"python3", "-Sc", "import sys,json; print(json.dumps(sys.argv[1:]))",
                   "in={input};p={path}", "{other}", "{{input}}", "a b"});
  const std::string path = driver.directory.write("x y.txt", "");
  driver.directory.write("$(echo no) {path}", "");
  driver.start();
  driver.grant(0, {"x y.txt", "$(echo no) {path}"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() ==
        R"(["in=x y.txt;p=)" + path + R"(","{other}","{x y.txt}","a b"])");
  CHECK(driver.lines.at(1).result() == R"(["in=$(echo no) {path};p=)" +
                                           driver.directory.path("$(echo no) {path}") +
                                           R"(","{other}","{$(echo no) {path}}","a b"])");
  CHECK(driver.finish() == 0);
}

TEST_CASE("exec: how a process can fail an input") {
  Driver driver;
  auto& stage = driver.add_exec("inference", {"sh", "-c", "{input}"});
  stage.max_result = 1000;
  stage.timeout = std::chrono::milliseconds(300);
  stage.processes = 4;
  driver.start();
  driver.grant(0, {"echo first >&2; echo last words >&2; exit 3", "exit 7", "sleep 100",
                   "trap '' TERM; while :; do sleep 1; done", "yes", "kill -9 $$", "cat; echo ok"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).error_code() == "exit_status");
  CHECK(driver.lines.at(0).error_message() == "exit status 3: last words");
  CHECK(driver.lines.at(1).error_message() == "exit status 7");
  CHECK(driver.lines.at(2).error_code() == "timed_out");
  CHECK(driver.lines.at(2).error_message() == "not done within 300ms");
  CHECK(driver.lines.at(3).error_code() == "timed_out");
  CHECK(driver.lines.at(4).error_code() == "result_too_large");
  CHECK(driver.lines.at(5).error_code() == "worker_died");
  CHECK(driver.lines.at(5).error_message() == "signal 9 (Killed)");
  CHECK(driver.lines.at(5).attempts() == 2);
  CHECK(driver.lines.at(6).result() == R"("ok")");
  CHECK(driver.finish() == 0);
  CHECK(driver.log().find(R"("stage":"inference","pid":)") != std::string::npos);
  CHECK(driver.log().find(R"("split":0,"line":"last words"})") != std::string::npos);
}

TEST_CASE("exec: what a process leaves in the background holds up nothing") {
  Driver driver;
  driver.add_exec("inference", {"sh", "-c", "sleep 1234.5 & echo done"});
  driver.start();
  driver.grant(0, {"a"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() == R"("done")");
  CHECK(driver.finish() == 0);
  CHECK(orch::test::all_gone("1234.5"));
}

TEST_CASE("exec: a program that is missing fails the stage at once, with the cure") {
  Driver driver;
  driver.add_exec("preprocess", {"no-such-program", "{input}"});
  driver.start();
  driver.grant(0, {"a", "b"});
  driver.read([&] { return driver.closed; });
  CHECK(driver.wait_exit() == 3);
  REQUIRE(driver.stopped);
  const std::string reason = orch::test::show(*driver.stopped);
  CHECK(reason.find(R"("code":"stage_failed")") != std::string::npos);
  CHECK(reason.find("stage preprocess: cannot run no-such-program: not found in PATH") !=
        std::string::npos);
  CHECK(reason.find("install it") != std::string::npos);
  CHECK(driver.lines.empty());
}

TEST_CASE("exec: a program named by the input fails only that input") {
  Driver driver;
  driver.add_exec("inference", {"{input}", "x"});
  driver.start();
  driver.grant(0, {"no-such-program", "echo"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).error_code() == "cannot_start");
  CHECK(driver.lines.at(1).result() == R"("x")");
  CHECK(driver.finish() == 0);
}

TEST_CASE("exec then run: the file and the text of the first reach the second") {
  Driver driver;
  driver.add_exec("preprocess", {"sh", "-c", "tr a-z A-Z < \"$1\" > \"$2\"; echo '{\"n\": 1}'", "-",
                                 "{path}", "{out}"});
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    say({"id": m["id"], "result": [m["meta"], open(m["path"]).read()]})
)"));
  driver.directory.write("a.txt", "hello");
  driver.start();
  driver.grant(0, {"a.txt", "missing.txt"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() == R"([{"n":1},"HELLO"])");
  CHECK(driver.lines.at(1).error_code() == "input_not_found");
  CHECK(driver.finish() == 0);
}

TEST_CASE("exec: ending well without writing {out} is an error, not a missing file later") {
  Driver driver;
  driver.add_exec("preprocess", {"true", "{out}"});
  driver.add_exec("inference", {"cat", "{path}"});
  driver.directory.write("a", "");
  driver.start();
  driver.grant(0, {"a"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).error_code() == "bad_answer");
  CHECK(driver.finish() == 0);
}
