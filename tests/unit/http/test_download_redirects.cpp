#include <doctest/doctest.h>

#include <fmt/core.h>
#include <string>

#include "support/http_server.h"
#include "unit/http/download_fixture.h"

using namespace orch;
using namespace orch::http;
using namespace orch::test;

TEST_CASE("every kind of redirect is followed, credentials stay behind") {
  HttpServer there([](const HttpRequest&) { return answer(200, "there"); });
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    HttpServer here([&](const HttpRequest& request) {
      if (request.target == "/start") return redirect(status, "/middle");
      return redirect(status, there.url("/end"));
    });
    DownloadFixture downloads;
    std::string url = here.url("/start");
    url.insert(url.find("127"), "user:pw@");
    const Ended ended = downloads.fetch(url);
    REQUIRE(ended.result);
    CHECK(ended.result->attempts == 1);
    CHECK(downloads.content() == "there");
    for (const auto& request : here.requests()) {
      CHECK(request.header("authorization") == "Basic dXNlcjpwdw==");
    }
    const auto last = there.requests().back();
    CHECK(last.header("authorization").empty());
    CHECK(last.header("referer").empty());
    CHECK(last.header("cookie").empty());
  }
}

TEST_CASE("cookies set on the way are not kept") {
  HttpServer server([](const HttpRequest& request) -> Script {
    if (request.target == "/end") return answer(200, "x");
    return answer(302, "", {{"Location", "/end"}, {"Set-Cookie", "a=b"}});
  });
  DownloadFixture downloads;
  REQUIRE(downloads.fetch(server.url("/start")).result);
  CHECK(server.requests()[1].header("cookie").empty());
}

TEST_CASE("a redirect loop ends") {
  HttpServer server([](const HttpRequest&) { return redirect(302, "/again"); });
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(server.url("/x?sig=SECRET"));
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().code == ErrorCode::bad_answer);
  CHECK(ended.result.error().message == server.url("/x") + ": redirected more than 5 times");
  CHECK(ended.attempts == 1);
  CHECK(server.requests().size() == 6);
}

TEST_CASE("redirects to other protocols are not followed") {
  for (const char* location : {"ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/"}) {
    HttpServer server([&](const HttpRequest&) { return redirect(302, location); });
    DownloadFixture downloads;
    const Ended ended = downloads.fetch(server.url());
    REQUIRE_FALSE(ended.result);
    CHECK(ended.result.error().code == ErrorCode::bad_answer);
    CHECK(ended.result.error().message.find("only http and https") != std::string::npos);
  }
}

TEST_CASE("a redirect to a cloud's metadata address is not followed") {
  for (const char* location : {"http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/"}) {
    CAPTURE(std::string(location));
    HttpServer server([&](const HttpRequest&) { return redirect(302, location); });
    DownloadFixture downloads;
    const Ended ended = downloads.fetch(server.url());
    REQUIRE_FALSE(ended.result);
    CHECK(ended.result.error().message.find("link-local") != std::string::npos);
    CHECK(ended.attempts == 1);
  }
}

TEST_CASE("what a redirect leads to is named in the error") {
  HttpServer there([](const HttpRequest&) { return answer(404); });
  HttpServer here([&](const HttpRequest&) { return redirect(302, there.url("/y?key=SECRET")); });
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(here.url("/x"));
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().message ==
        fmt::format("{} (redirected to {}): 404 Not Found", here.url("/x"), there.url("/y")));
}

TEST_CASE("a large body on a redirect is not read") {
  HttpServer server([](const HttpRequest& request) -> Script {
    if (request.target == "/end") return answer(200, "end");
    return answer(302, std::string(50 << 20, 'x'), {{"Location", "/end"}});
  });
  DownloadFixture downloads;
  Download download = downloads.make(server.url("/start"));
  download.max_bytes = 1000;
  REQUIRE(downloads.fetch(download).result);
  CHECK(downloads.content() == "end");
}
