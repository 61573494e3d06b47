#include <doctest/doctest.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "base/environment.h"
#include "base/process.h"
#include "driver.h"

using namespace orch;
using orch::test::Driver;

namespace {

// tests/support/model_server.py on a free port.
class ModelServer {
 public:
  ModelServer() {
    auto pipe = make_pipe();
    REQUIRE(pipe);
    SpawnSpec spec;
    spec.argv = {"python3", std::string(ORCH_TESTS) + "/support/model_server.py"};
    spec.env = process_environment();
    spec.stdout_fd = pipe->write.get();
    const auto pid = spawn(spec);
    REQUIRE(pid);
    pid_ = *pid;
    pipe->write.reset();
    char c = 0;
    while (::read(pipe->read.get(), &c, 1) == 1 && c != '\n') port_ += c;
  }
  ~ModelServer() {
    signal_group(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ModelServer(const ModelServer&) = delete;
  ModelServer& operator=(const ModelServer&) = delete;

  job::StageSpec stage(std::string_view model) const {
    job::StageSpec stage;
    stage.name = "inference";
    stage.kind = job::StageSpec::Kind::http;
    stage.threads = 3;
    stage.http.url = "http://127.0.0.1:" + port_;
    stage.http.protocol = job::HttpCall::Protocol::tfserving;
    stage.http.model = model;
    stage.http.inputs.push_back({{}, job::HttpTensor::From::input, {}, {}, {}});
    return stage;
  }

 private:
  pid_t pid_ = -1;
  std::string port_;
};

}  // namespace

TEST_CASE("http: results, retries and refusals") {
  const ModelServer server;
  for (const bool flaky : {false, true}) {
    Driver driver;
    driver.config.stages.push_back(server.stage(flaky ? "flaky" : "size"));
    driver.start();
    driver.grant(0, {"one", "three", "five", "", "seventeen", "é"});
    REQUIRE(driver.read_until_end());
    CHECK(driver.lines.at(1).result() == R"({"bytes":5,"sum":536})");
    CHECK(driver.lines.at(3).result() == R"({"bytes":0,"sum":0})");
    CHECK(driver.lines.at(5).result() == R"({"bytes":2,"sum":364})");
    CHECK(driver.lines.size() == 6);
    CHECK(driver.finish() == 0);
  }
  Driver driver;
  driver.config.stages.push_back(server.stage("broken"));
  driver.start();
  driver.grant(0, {"x"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).error_code() == "server_refused");
  CHECK(driver.lines.at(0).attempts() == 1);
  CHECK(driver.finish() == 0);
}

TEST_CASE("http: a split that is revoked leaves no line and nothing behind") {
  const ModelServer server;
  Driver driver;
  driver.config.stages.push_back(server.stage("size"));
  driver.start();
  std::vector<std::string> inputs(200, "x");
  driver.grant(0, inputs);
  driver.grant(1, {"last"}, 200);
  driver.stop(0);
  REQUIRE(driver.read_until_end(1));
  CHECK(driver.lines.at(200).ok);
  CHECK(driver.finish() == 0);
}

TEST_CASE("http: a server that never comes fails the stage") {
  Driver driver;
  {
    const ModelServer server;
    driver.config.stages.push_back(server.stage("size"));
  }
  driver.config.stages[0].start_timeout = std::chrono::milliseconds(100);
  driver.start();
  driver.grant(0, {"x"});
  driver.read([&] { return driver.closed; });
  REQUIRE(driver.stopped);
  CHECK(orch::test::show(*driver.stopped).find("was not ready within 100ms") != std::string::npos);
}
