// Answers that are as they should be, and what is sent for them.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "support/http_server.h"
#include "unit/http/download_fixture.h"

using namespace orch;
using namespace orch::http;
using namespace orch::test;

TEST_CASE("a body arrives in a private file") {
  HttpServer server([](const HttpRequest&) {
    return answer(200, "hello", {{"Content-Type", "image/jpeg"}});
  });
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(server.url("/x.jpg?sig=1"));
  REQUIRE(ended.result);
  CHECK(ended.result->bytes == 5);
  CHECK(ended.result->attempts == 1);
  CHECK(ended.result->content_type == "image/jpeg");
  CHECK(ended.result->took > Duration::zero());
  CHECK(downloads.content() == "hello");
  struct stat info {};
  REQUIRE(::stat(downloads.path("body").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);

  const auto requests = server.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "GET");
  CHECK(requests[0].target == "/x.jpg?sig=1");
  CHECK(requests[0].header("accept-encoding").empty());
  CHECK(requests[0].header("authorization").empty());
  CHECK(requests[0].header("range").empty());
}

TEST_CASE("bodies of every framing arrive whole") {
  const std::string large(3 << 20, 'x');
  HttpServer server([&](const HttpRequest& request) -> Script {
    if (request.target == "/empty") return answer(200);
    if (request.target == "/none") return {send("HTTP/1.1 204 No Content\r\n\r\n")};
    if (request.target == "/large") return answer(200, large);
    if (request.target == "/chunked") {
      return answer(200, "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n",
                    {{"Transfer-Encoding", "chunked"}});
    }
    if (request.target == "/until-closed") {
      return {send("HTTP/1.0 200 OK\r\n\r\nall of it"), close_connection()};
    }
    if (request.target == "/continue") {
      return {send("HTTP/1.1 100 Continue\r\n\r\n"), send(answer_bytes(200, "after"))};
    }
    if (request.target == "/gzip") {
      return answer(200, "\x1f\x8b not unpacked", {{"Content-Encoding", "gzip"}});
    }
    if (request.target == "/drip") {
      return {send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
              drip("drip drip", std::chrono::milliseconds(2))};
    }
    return answer(404);
  });
  DownloadFixture downloads;
  const auto content = [&](const std::string& name) {
    const Ended ended = downloads.fetch(downloads.make(server.url("/" + name), name));
    CAPTURE(name);
    CAPTURE(ended.result ? "" : ended.result.error().message);
    REQUIRE(ended.result);
    CHECK(ended.attempts == 1);
    std::string body = downloads.content(name);
    CHECK(ended.result->bytes == body.size());
    return body;
  };
  CHECK(content("empty").empty());
  CHECK(content("none").empty());
  CHECK(content("large") == large);
  CHECK(content("chunked") == "hello world");
  CHECK(content("until-closed") == "all of it");
  CHECK(content("continue") == "after");
  CHECK(content("gzip") == "\x1f\x8b not unpacked");
  CHECK(content("drip") == "drip drip");
}

TEST_CASE("connections are used again, by different hosts' names too") {
  HttpServer server([](const HttpRequest& request) { return answer(200, request.target); });
  DownloadFixture downloads;
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(i);
    REQUIRE(downloads.fetch(downloads.make(server.url("/" + name), name)).result);
    CHECK(downloads.content(name) == "/" + name);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a connection that the server closed while idle costs no attempt") {
  HttpServer server([](const HttpRequest&) -> Script {
    return {send(answer_bytes(200, "x")), close_connection()};
  });
  DownloadFixture downloads;
  for (int i = 0; i < 5; ++i) {
    const Ended ended = downloads.fetch(downloads.make(server.url(), std::to_string(i)));
    REQUIRE(ended.result);
    CHECK(ended.attempts == 1);
  }
}

TEST_CASE("many at once, no more than allowed") {
  HttpServer server([](const HttpRequest& request) -> Script {
    return {wait(std::chrono::milliseconds(5)), send(answer_bytes(200, request.target))};
  });
  DownloadOptions options = quick_retries();
  options.start_connections = 8;
  options.max_connections = 8;
  DownloadFixture downloads(options);
  CHECK(downloads.downloader.room() == 8);
  for (int i = 0; i < 200; ++i) {
    downloads.start(downloads.make(server.url("/" + std::to_string(i)), std::to_string(i)));
  }
  CHECK(downloads.downloader.room() == 0);
  CHECK(downloads.downloader.active() == 200);
  downloads.run();
  CHECK(downloads.downloader.active() == 0);
  for (int i = 0; i < 200; ++i) {
    CHECK(downloads.content(std::to_string(i)) == "/" + std::to_string(i));
  }
  CHECK(server.most_at_once() <= 8);
  CHECK(server.most_at_once() >= 2);
  CHECK(server.connections() <= 8);
}

TEST_CASE("one host gets no more than its share") {
  const auto slow = [](const HttpRequest&) -> Script {
    return {wait(std::chrono::milliseconds(5)), send(answer_bytes(200, "x"))};
  };
  HttpServer one(slow);
  HttpServer two(slow);
  DownloadOptions options = quick_retries();
  options.per_host = 3;
  DownloadFixture downloads(options);
  for (int i = 0; i < 60; ++i) {
    const std::string name = std::to_string(i);
    downloads.start(downloads.make((i < 30 ? one : two).url("/" + name), name));
  }
  downloads.run();
  CHECK(one.most_at_once() <= 3);
  CHECK(two.most_at_once() <= 3);
}

TEST_CASE("user and password of an input's URL are sent") {
  HttpServer server([](const HttpRequest&) { return answer(200, "x"); });
  DownloadFixture downloads;
  std::string url = server.url();
  url.insert(url.find("127"), "user:pw@");
  REQUIRE(downloads.fetch(url).result);
  CHECK(server.requests()[0].header("authorization") == "Basic dXNlcjpwdw==");
}

TEST_CASE("an existing file is neither replaced nor removed") {
  HttpServer server([](const HttpRequest&) { return answer(200, "new"); });
  DownloadFixture downloads;
  downloads.directory.write("body", "old");
  const Ended ended = downloads.fetch(server.url());
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().code == ErrorCode::output_failed);
  CHECK(ended.attempts == 1);
  CHECK(downloads.content() == "old");
}

TEST_CASE("what is no URL for downloads is refused, and not from inside start") {
  DownloadFixture downloads;
  for (const char* url : {"ftp://host/x", "file:///etc/passwd", "", "x", "http://host:99999/",
                          "http://ho st/", "http://host/a b"}) {
    CAPTURE(std::string(url));
    const auto id = downloads.start(downloads.make(url));
    CHECK(downloads.ended.empty());
    downloads.run();
    const auto& result = downloads.ended.at(id).result;
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid_value);
    downloads.ended.clear();
  }
}

TEST_CASE("the proxy of the environment is used, unless no_proxy names the host") {
  HttpServer proxy([](const HttpRequest& request) { return answer(200, request.target); });
  HttpServer server([](const HttpRequest&) { return answer(200, "direct"); });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  DownloadFixture downloads;
  const Ended through = downloads.fetch(downloads.make("http://no.such.host.example/x", "a"));
  ::setenv("no_proxy", "127.0.0.1", 1);
  const Ended around = downloads.fetch(downloads.make(server.url(), "b"));
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
  REQUIRE(through.result);
  CHECK(downloads.content("a") == "http://no.such.host.example/x");
  REQUIRE(around.result);
  CHECK(downloads.content("b") == "direct");
}
