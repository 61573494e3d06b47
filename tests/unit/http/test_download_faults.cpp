// Answers that are not as they should be: every kind ends, in time, with words that help.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <atomic>

#include "support/http_server.h"
#include "unit/http/download_fixture.h"

using namespace orch;
using namespace orch::http;
using namespace orch::test;
using std::chrono::milliseconds;

namespace {

constexpr const char* kHead = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n";

struct Fault {
  const char* name;
  Script script;
  ErrorCode code;
  const char* message;  // after the URL; null: any
  int attempts;
};

std::vector<Fault> faults() {
  const std::string thousand(1000, 'x');
  return {
      {"nothing, FIN", {close_connection()}, ErrorCode::unreachable, nullptr, 3},
      {"nothing, RST", {reset_connection()}, ErrorCode::unreachable, nullptr, 3},
      {"half a status line",
       {send("HTTP/1.1 2"), close_connection()},
       ErrorCode::unreachable,
       nullptr,
       3},
      {"half the headers, FIN",
       {send("HTTP/1.1 200 OK\r\nContent-Le"), close_connection()},
       ErrorCode::bad_answer,
       nullptr,
       3},
      {"half the headers, RST",
       {send("HTTP/1.1 200 OK\r\nContent-Le"), reset_connection()},
       ErrorCode::bad_answer,
       nullptr,
       3},
      {"short body, FIN",
       {send(kHead + thousand), close_connection()},
       ErrorCode::bad_answer,
       ": body ended after 1000 of 5000 bytes",
       3},
      {"body cut to nothing",
       {send(kHead), close_connection()},
       ErrorCode::bad_answer,
       ": body ended after 0 of 5000 bytes",
       3},
      {"chunk cut",
       {send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), close_connection()},
       ErrorCode::bad_answer,
       nullptr,
       3},
      {"no last chunk",
       {send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n"),
        close_connection()},
       ErrorCode::bad_answer,
       nullptr,
       3},
      {"a chunk size that is none",
       {send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n")},
       ErrorCode::bad_answer,
       nullptr,
       3},
      {"not HTTP",
       {send("SSH-2.0-OpenSSH_9.2\r\n"), close_connection()},
       ErrorCode::bad_answer,
       ": the answer is not HTTP",
       1},
      {"headers of 1 MB",
       {send("HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'x') + "\r\n\r\n")},
       ErrorCode::bad_answer,
       ": the answer's headers are too large",
       1},
      {"many headers",
       {send("HTTP/1.1 200 OK\r\n")},
       ErrorCode::bad_answer,
       ": the answer's headers are too large",
       1},
      {"a length that is none",
       {send("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx")},
       ErrorCode::bad_answer,
       nullptr,
       1},
      {"a part that was not asked for", answer(206, "hello", {{"Content-Range", "bytes 0-4/10"}}),
       ErrorCode::bad_answer, ": the server sent a part (206) when asked for the whole", 1},
      {"a redirect to nowhere", answer(302, "where?"), ErrorCode::bad_answer, ": 302 Found", 1},
      {"404 with a cut body",
       {send("HTTP/1.1 404 X\r\nContent-Length: 50\r\n\r\nx"), close_connection()},
       ErrorCode::not_found,
       ": 404 Not Found",
       1},
      {"500", answer(500, "oops"), ErrorCode::remote_failed, ": 500 Internal Server Error", 1},
      {"502", answer(502), ErrorCode::remote_failed, ": 502 Bad Gateway", 3},
      {"429", answer(429), ErrorCode::throttled, ": 429 Too Many Requests", 3},
      {"401", answer(401), ErrorCode::permission_denied, ": 401 Unauthorized", 1},
  };
}

}  // namespace

TEST_CASE("every fault of a server ends in an error that says it, and leaves no file") {
  for (Fault& fault : faults()) {
    CAPTURE(std::string(fault.name));
    if (std::string(fault.name) == "many headers") {
      for (int i = 0; i < 20000; ++i) fault.script[0].bytes += "X-Header-Number: something\r\n";
      fault.script[0].bytes += "\r\n";
    }
    HttpServer server([&](const HttpRequest&) { return fault.script; });
    DownloadFixture downloads;
    Download download = downloads.make(server.url("/x?sig=SECRET"));
    download.retries = 2;
    const Ended ended = downloads.fetch(download);
    REQUIRE_FALSE(ended.result);
    const Error& error = ended.result.error();
    CAPTURE(error.message);
    CHECK(error.code == fault.code);
    if (fault.message != nullptr) CHECK(error.message == server.url("/x") + fault.message);
    CHECK(error.message.find("SECRET") == std::string::npos);
    CHECK(ended.attempts == fault.attempts);
    REQUIRE(error.http);
    CHECK(error.http->attempts == fault.attempts);
    CHECK(server.requests().size() == static_cast<std::size_t>(fault.attempts));
    CHECK_FALSE(exists(downloads.path("body")));
  }
}

TEST_CASE("a fault that goes away is retried past") {
  for (const Fault& fault : faults()) {
    if (fault.attempts == 1) continue;
    CAPTURE(std::string(fault.name));
    std::atomic<int> asked{0};
    HttpServer server(
        [&](const HttpRequest&) { return ++asked == 1 ? fault.script : answer(200, "good"); });
    DownloadFixture downloads;
    const Ended ended = downloads.fetch(server.url());
    REQUIRE(ended.result);
    CHECK(ended.result->attempts == 2);
    CHECK(downloads.content() == "good");
  }
}

TEST_CASE("a silent server runs into the time-out at every stage") {
  struct Silence {
    Script script;
    const char* message;
  };
  const std::vector<Silence> silences = {
      {{hang()}, ": no answer within 150ms"},
      {{send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), hang()},
       ": timed out after 150ms with 0 of 9 bytes"},
      {{send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), hang()},
       ": timed out after 150ms with 4 of 9 bytes"},
      {{send("HTTP/1.1 200 OK\r\n\r\n"), drip(std::string(100000, 'x'), milliseconds(1))}, nullptr},
  };
  for (const Silence& silence : silences) {
    HttpServer server([&](const HttpRequest&) { return silence.script; });
    DownloadFixture downloads;
    Download download = downloads.make(server.url("/x"));
    download.timeout = milliseconds(150);
    download.retries = 1;
    const Ended ended = downloads.fetch(download);
    REQUIRE_FALSE(ended.result);
    CHECK(ended.result.error().code == ErrorCode::timed_out);
    if (silence.message != nullptr) {
      CHECK(ended.result.error().message == server.url("/x") + silence.message);
    }
    CHECK(ended.attempts == 2);
    CHECK_FALSE(exists(downloads.path("body")));
  }
}

TEST_CASE("hosts that are not there") {
  DownloadFixture downloads;
  const int port = closed_port();
  Download download = downloads.make(fmt::format("http://127.0.0.1:{}/x.jpg", port));
  download.retries = 1;
  const Ended refused = downloads.fetch(download);
  REQUIRE_FALSE(refused.result);
  CHECK(refused.result.error().code == ErrorCode::unreachable);
  CHECK(refused.result.error().message ==
        fmt::format("cannot reach http://127.0.0.1:{}/x.jpg: connection refused", port));
  CHECK(refused.attempts == 2);
}

TEST_CASE("bodies over the limit are cut off, announced or not") {
  const std::string body(20000, 'x');
  HttpServer server([&](const HttpRequest& request) -> Script {
    if (request.target == "/length") return answer(200, body);
    return answer(200, fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body),
                  {{"Transfer-Encoding", "chunked"}});
  });
  DownloadFixture downloads;
  Download announced = downloads.make(server.url("/length"), "a");
  announced.max_bytes = 19999;
  Ended ended = downloads.fetch(announced);
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().code == ErrorCode::bad_answer);
  CHECK(ended.attempts == 1);
  Download chunked = downloads.make(server.url("/chunked"), "b");
  chunked.max_bytes = 19999;
  ended = downloads.fetch(chunked);
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().message ==
        server.url("/chunked") + ": the body is larger than max_bytes (19.5 KiB)");
  CHECK_FALSE(exists(downloads.path("b")));
  Download exact = downloads.make(server.url("/chunked"), "c");
  exact.max_bytes = 20000;
  CHECK(downloads.fetch(exact).result);
}

TEST_CASE("Retry-After of a 429 closes the host for the others too") {
  std::atomic<int> asked{0};
  HttpServer server([&](const HttpRequest&) {
    return ++asked == 1 ? answer(429, "", {{"Retry-After", "1"}}) : answer(200, "x");
  });
  DownloadOptions options = quick_retries();
  options.start_connections = 1;
  options.max_connections = 1;
  DownloadFixture downloads(options);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) downloads.start(downloads.make(server.url(), std::to_string(i)));
  downloads.run();
  CHECK(std::chrono::steady_clock::now() - start >= milliseconds(990));
  for (const auto& [id, ended] : downloads.ended) CHECK(ended.result);
  CHECK(server.requests().size() == 4);
}

TEST_CASE("a full disk ends the download at once") {
  HttpServer server([](const HttpRequest&) { return answer(200, "x"); });
  DownloadFixture downloads;
  Download download = downloads.make(server.url());
  download.path = downloads.path("no/such/directory/body");
  const Ended ended = downloads.fetch(download);
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().code == ErrorCode::output_failed);
  CHECK(ended.attempts == 1);
}
