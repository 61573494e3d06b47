// What inputs are: URLs, files, text; and the bytes they come with.
#include <dirent.h>
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>

#include <thread>

#include "base/process.h"
#include "driver.h"

using namespace orch;
using orch::test::Driver;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kShow = R"(
say({"ready": True})
for m in lines():
    p = m.get("path")
    size = os.path.getsize(p) if p else None
    say({"id": m["id"], "result": {"size": size, "name": os.path.splitext(p)[1] if p else None}})
)";

// Serves /N (N bytes), /slow/N (the same after a moment), /missing; port in the file `port`.
constexpr std::string_view kServer = R"(
import http.server, socketserver, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        parts = self.path.split("?")[0].rsplit(".", 1)[0].strip("/").split("/")
        if not parts[-1].isdigit():
            self.send_error(404)
            return
        if parts[0] == "slow":
            time.sleep(0.05)
        size = int(parts[-1])
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(b"x" * size)
    def log_message(self, *args):
        pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512
server = Server(("127.0.0.1", 0), Handler)
with open("port.tmp", "w") as f:
    f.write(str(server.server_port))
os.rename("port.tmp", "port")
server.serve_forever()
)";

class WebServer {
 public:
  explicit WebServer(Driver& driver) {
    SpawnSpec spec;
    spec.argv = driver.python(kServer);
    spec.argv.erase(spec.argv.begin() + 1);  // it needs its site packages' modules
    spec.env = driver.config.env;
    spec.directory = driver.directory.path();
    auto pid = spawn(spec);
    REQUIRE(pid);
    pid_ = *pid;
    for (int i = 0; i < 2000 && port_.empty(); ++i) {
      std::this_thread::sleep_for(5ms);
      port_ = driver.directory.read("port");
    }
    REQUIRE_FALSE(port_.empty());
  }
  ~WebServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + port_ + "/" + std::string(path);
  }

 private:
  pid_t pid_ = -1;
  std::string port_;
};

std::vector<std::string> urls(const WebServer& server, int count, std::string_view path) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(server.url(path));
  return out;
}

int entries(const std::string& path) {
  int count = 0;
  DIR* directory = ::opendir(path.c_str());
  while (const dirent* entry = ::readdir(directory)) {
    if (std::string_view(entry->d_name).starts_with("orch-tm-")) ++count;
  }
  ::closedir(directory);
  return count;
}

}  // namespace

TEST_CASE("text is text, unless it names a file") {
  Driver driver;
  driver.add_run("inference", driver.python(kShow));
  driver.directory.write("a.txt", "12345");
  driver.directory.write("dir/b", "");
  driver.start();
  driver.grant(0, {"a.txt", "no such file", "dir", "dir/b", "", "s3://bucket/key", "http:/x",
                   driver.directory.path("a.txt"), std::string("a.txt\0", 6)});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).result() == R"({"size":5,"name":".txt"})");
  CHECK(driver.lines.at(1).result() == R"({"size":null,"name":null})");
  CHECK(driver.lines.at(2).result() == R"({"size":null,"name":null})");
  CHECK(driver.lines.at(3).result() == R"({"size":0,"name":""})");
  CHECK(driver.lines.at(4).result() == R"({"size":null,"name":null})");
  CHECK(driver.lines.at(5).error_code() == "input_unsupported");
  CHECK(driver.lines.at(6).ok);
  CHECK(driver.lines.at(7).result() == R"({"size":5,"name":".txt"})");
  CHECK(driver.lines.at(8).result() == R"({"size":null,"name":null})");
  CHECK(driver.finish() == 0);
}

TEST_CASE("with a download stage a text that names no file never reaches a worker") {
  Driver driver;
  driver.config.download.wanted = job::DownloadSpec::Wanted::yes;
  driver.add_run("inference", driver.python(kShow));
  driver.directory.write("a.txt", "12345");
  driver.directory.write("dir/b", "");
  driver.start();
  driver.grant(0, {"a.txt", "missing\x1b[1m.txt", "dir"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).ok);
  CHECK(driver.lines.at(1).error_code() == "input_not_found");
  CHECK(driver.lines.at(1).error_message() ==
        "no file " + driver.directory.path("missing\\x1b[1m.txt"));
  CHECK(driver.lines.at(2).error_code() == "input_not_found");
  CHECK(driver.lines.at(2).error_message() == "dir is a directory");
  CHECK(driver.finish() == 0);
}

TEST_CASE("with a bucket relative inputs are keys") {
  Driver driver;
  driver.config.bucket = "photos";
  driver.add_run("inference", driver.python(kShow));
  driver.directory.write("a.txt", "");
  driver.start();
  driver.grant(0, {"a.txt", driver.directory.path("a.txt")});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).error_code() == "input_unsupported");
  CHECK(driver.lines.at(0).error_message().starts_with("s3://photos/a.txt: "));
  CHECK(driver.lines.at(1).ok);
  CHECK(driver.finish() == 0);
}

TEST_CASE("records that are no inputs fail by themselves") {
  Driver driver;
  driver.add_run("inference", driver.python(kShow));
  driver.start();
  driver.grant_records(0, {"nonsense", R"({"meta":1})", R"({"input":7})", R"({"input":"ok"})"});
  REQUIRE(driver.read_until_end());
  CHECK(driver.lines.at(0).error_code() == "input_invalid");
  CHECK(
      driver.lines.at(1).text.starts_with(R"({"index":1,"input":null,"meta":1,"status":"failed")"));
  CHECK(driver.lines.at(2).error_code() == "input_invalid");
  CHECK(driver.lines.at(3).ok);
  CHECK(driver.finish() == 0);
}

TEST_CASE("URLs are fetched when a stage needs a file, and only then") {
  Driver driver;
  const WebServer server(driver);
  SUBCASE("run always does") {
    driver.add_run("inference", driver.python(kShow));
    driver.start();
    driver.grant(0, {server.url("1234.jpg?token=.png"), server.url("missing"), "text"});
    REQUIRE(driver.read_until_end());
    CHECK(driver.lines.at(0).result() == R"({"size":1234,"name":".jpg"})");
    CHECK(driver.lines.at(0).text.find(R"("ms":{"download":)") != std::string::npos);
    CHECK(driver.lines.at(1).error_code() == "download_not_found");
    CHECK(driver.lines.at(1).error_message().find("404") != std::string::npos);
    CHECK(driver.lines.at(2).ok);
    CHECK(driver.finish() == 0);
    CHECK(driver.beats.back().stages.front().stage == "download");
    CHECK(driver.beats.back().stages.front().done == 1);
    CHECK(driver.beats.back().stages.front().failed == 1);
    CHECK(driver.beats.back().bytes_in_use == 0);
  }
  SUBCASE("download: false forces text") {
    driver.config.download.wanted = job::DownloadSpec::Wanted::no;
    driver.add_run("inference", driver.python(kShow));
    driver.start();
    driver.grant(0, {server.url("1234.jpg")});
    REQUIRE(driver.read_until_end());
    CHECK(driver.lines.at(0).result() == R"({"size":null,"name":null})");
    CHECK(driver.finish() == 0);
  }
  SUBCASE("exec without {path} takes the URL") {
    driver.add_exec("inference", {"echo", "{input}"});
    driver.start();
    driver.grant(0, {server.url("1234.jpg")});
    REQUIRE(driver.read_until_end());
    CHECK(driver.lines.at(0).result() == "\"" + server.url("1234.jpg") + "\"");
    CHECK(driver.finish() == 0);
  }
  SUBCASE("exec with {path} gets the file") {
    driver.add_exec("inference", {"wc", "-c", "{path}"});
    driver.start();
    driver.grant(0, {server.url("1234.jpg")});
    REQUIRE(driver.read_until_end());
    CHECK(driver.lines.at(0).result().starts_with("\"1234 "));
    CHECK(driver.finish() == 0);
  }
  SUBCASE("a job may only download") {
    driver.config.download.wanted = job::DownloadSpec::Wanted::yes;
    driver.start();
    driver.grant(0, {server.url("1234.jpg")});
    REQUIRE(driver.read_until_end());
    CHECK(driver.lines.at(0).result().starts_with(R"({"bytes":1234,)"));
    CHECK(driver.finish() == 0);
  }
  CHECK(entries(driver.directory.path()) == 0);
}

TEST_CASE("a budget smaller than one file slows the pipeline down and does not stop it") {
  Driver driver;
  const WebServer server(driver);
  driver.config.byte_budget = 5000;
  auto& stage = driver.add_run("preprocess", driver.python(R"(
say({"ready": True})
for m in lines():
    with open(m["out"], "wb") as f:
        f.write(b"y" * 30000)
    say({"id": m["id"], "out": True})
)"));
  stage.processes = 2;
  auto& second = driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    for one in m["batch"]:
        say({"id": one["id"], "result": os.path.getsize(one["path"])})
)"));
  second.batch = job::BatchSpec{.size = 8, .max_delay = 5ms};
  driver.start();
  auto inputs = urls(server, 30, "20000");
  inputs[3] = server.url("slow/20000");
  inputs[4] = server.url("missing");
  driver.grant(0, inputs);
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.ok == (index != 4));
  CHECK(driver.lines.at(3).result() == "30000");
  CHECK(driver.finish() == 0);
  CHECK(driver.beats.back().bytes_in_use == 0);
}

TEST_CASE("the budget bounds what lies in files while a slow stage works") {
  Driver driver;
  const WebServer server(driver);
  driver.config.byte_budget = 500'000;
  driver.config.keep_alive = true;
  driver.config.keep_alive_interval = 5ms;
  driver.add_run("inference", driver.python(R"(
say({"ready": True})
for m in lines():
    time.sleep(0.005)
    say({"id": m["id"], "result": os.path.getsize(m["path"])})
)"));
  driver.start();
  driver.grant(0, urls(server, 60, "40000"));
  REQUIRE(driver.read_until_end());
  for (const auto& [index, line] : driver.lines) CHECK(line.result() == "40000");
  CHECK(driver.finish() == 0);
  std::uint64_t most = 0;
  for (const auto& beat : driver.beats) most = std::max(most, beat.bytes_in_use);
  CHECK(most <= 540'000);
  CHECK(most >= 200'000);
}

TEST_CASE("revoked downloads stop and leave no bytes behind") {
  Driver driver;
  const WebServer server(driver);
  driver.add_run("inference", driver.python(kShow));
  driver.start();
  driver.grant(0, urls(server, 200, "slow/100000"));
  driver.grant(1, urls(server, 2, "10"), 200);
  driver.read([&] { return driver.lines.size() >= 3; });
  driver.stop(0);
  REQUIRE(driver.read_until_end(1));
  CHECK(driver.finish() == 0);
  CHECK(driver.beats.back().bytes_in_use == 0);
  CHECK(driver.lines.size() < 202);
  CHECK(driver.ends == std::vector<std::uint32_t>{1});
}

TEST_CASE("what a killed task manager left is removed by the next") {
  Driver driver;
  driver.config.download.wanted = job::DownloadSpec::Wanted::yes;
  driver.directory.write("a", "x");
  const auto argv = driver.python(R"(
say({"ready": True})
for m in lines():
    open(m["out"], "w").write("x")
    say({"id": m["id"], "out": True})
)");
  driver.add_run("preprocess", argv);
  driver.add_run("inference", driver.python(kShow));
  driver.start();
  driver.grant(0, {"a"});
  REQUIRE(driver.read_until_end());
  CHECK(entries(driver.directory.path()) == 1);

  Driver second;
  second.env = driver.env;
  second.config = driver.config;
  second.start();
  second.grant(0, {"a"});
  REQUIRE(second.read_until_end());
  CHECK(entries(driver.directory.path()) == 2);  // the first lives: its directory is not touched
  ::kill(driver.pid(), SIGKILL);
  driver.wait_exit();
  CHECK(second.finish() == 0);
  CHECK(entries(driver.directory.path()) == 1);

  Driver third;
  third.env = driver.env;
  third.config = driver.config;
  third.start();
  third.grant(0, {"a"});
  REQUIRE(third.read_until_end());
  CHECK(entries(driver.directory.path()) == 1);
  CHECK(third.finish() == 0);
  CHECK(entries(driver.directory.path()) == 0);
}
