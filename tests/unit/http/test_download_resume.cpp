// A download that broke goes on where it stopped, but only when it is the same body.
#include <doctest/doctest.h>

#include <atomic>

#include "support/http_server.h"
#include "unit/http/download_fixture.h"

using namespace orch;
using namespace orch::http;
using namespace orch::test;

namespace {

std::string make_body() {
  std::string body;
  for (int i = 0; body.size() < 100000; ++i) body += std::to_string(i) + ",";
  return body;
}

// The first answer breaks after `sent` bytes; later ones come from `later`.
class Breaking {
 public:
  using Later = std::function<Script(const HttpRequest&)>;
  Breaking(const Headers& headers, std::size_t sent, const Later& later)
      : server_([this, headers, sent, later](const HttpRequest& request) -> Script {
          if (++asked_ > 1) return later(request);
          Headers all = headers;
          all.emplace_back("Content-Length", std::to_string(body.size()));
          return {send(answer_bytes(200, body.substr(0, sent), all)), close_connection()};
        }) {}

  HttpServer& server() { return server_; }
  const std::string body = make_body();

 private:
  std::atomic<int> asked_{0};
  HttpServer server_;
};

}  // namespace

TEST_CASE("a broken download is resumed where it stopped") {
  const std::string body = make_body();
  Breaking breaking({{"ETag", "\"v1\""}}, 1000, [&](const HttpRequest& request) {
    return serve_range(request, body, "\"v1\"");
  });
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(breaking.server().url());
  REQUIRE(ended.result);
  CHECK(ended.result->attempts == 2);
  CHECK(ended.result->bytes == body.size());
  CHECK(downloads.content() == body);
  const auto requests = breaking.server().requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].header("range").empty());
  CHECK(requests[1].header("range") == "bytes=1000-");
  CHECK(requests[1].header("if-range") == "\"v1\"");
}

TEST_CASE("a download that breaks again and again gets there") {
  const std::string body = make_body();
  HttpServer server([&](const HttpRequest& request) -> Script {
    std::string bytes = serve_range(request, body, "\"v1\"")[0].bytes;
    bytes.resize(std::min(bytes.size(), bytes.find("\r\n\r\n") + 4 + 30000));
    return {send(bytes), close_connection()};
  });
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(server.url());
  REQUIRE(ended.result);
  CHECK(ended.result->attempts == 4);
  CHECK(downloads.content() == body);
}

TEST_CASE("a body that changed meanwhile is fetched whole") {
  Breaking breaking({{"ETag", "\"v1\""}}, 1000, [&](const HttpRequest& request) {
    return serve_range(request, "another body", "\"v2\"");
  });
  DownloadFixture downloads;
  REQUIRE(downloads.fetch(breaking.server().url()).result);
  CHECK(downloads.content() == "another body");
}

TEST_CASE("without a validator there is no resuming") {
  const std::string body = make_body();
  for (const Headers& headers : {Headers{}, Headers{{"ETag", "W/\"v1\""}},
                                 Headers{{"ETag", "\"v1\""}, {"Accept-Ranges", "none"}}}) {
    Breaking breaking(headers, 1000, [&](const HttpRequest&) { return answer(200, body); });
    DownloadFixture downloads;
    REQUIRE(downloads.fetch(breaking.server().url()).result);
    CHECK(downloads.content() == body);
    CHECK(breaking.server().requests()[1].header("range").empty());
  }
}

TEST_CASE("a wrong part, or none, leads to the whole") {
  const std::string body = make_body();
  const auto wrong = [&](const HttpRequest& request) -> Script {
    if (request.header("range").empty()) return answer(200, body);
    return answer(206, body.substr(2000),
                  {{"ETag", "\"v1\""}, {"Content-Range", "bytes 2000-9999/10000"}});
  };
  const auto without = [&](const HttpRequest& request) -> Script {
    if (request.header("range").empty()) return answer(200, body);
    return answer(206, body.substr(1000));
  };
  const auto refused = [&](const HttpRequest& request) -> Script {
    return request.header("range").empty() ? answer(200, body) : answer(416);
  };
  for (const Breaking::Later& later :
       {Breaking::Later(wrong), Breaking::Later(without), Breaking::Later(refused)}) {
    Breaking breaking({{"ETag", "\"v1\""}}, 1000, later);
    DownloadFixture downloads;
    const Ended ended = downloads.fetch(breaking.server().url());
    REQUIRE(ended.result);
    CHECK(ended.result->attempts == 2);
    CHECK(downloads.content() == body);
    CHECK(breaking.server().requests().size() == 3);
  }
}

TEST_CASE("an error between the parts does not lose the first one") {
  const std::string body = make_body();
  std::atomic<int> errors{0};
  Breaking breaking({{"ETag", "\"v1\""}}, 5000, [&](const HttpRequest& request) -> Script {
    if (++errors == 1) return answer(503, std::string(100000, 'e'));
    return serve_range(request, body, "\"v1\"");
  });
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(breaking.server().url());
  REQUIRE(ended.result);
  CHECK(ended.result->attempts == 3);
  CHECK(downloads.content() == body);
  CHECK(breaking.server().requests()[2].header("range") == "bytes=5000-");
}

TEST_CASE("the part of another URL is not appended") {
  const std::string body = make_body();
  HttpServer other([&](const HttpRequest& request) {
    return serve_range(request, std::string(body.size(), 'o'), "\"v1\"");
  });
  Breaking breaking({{"ETag", "\"v1\""}}, 1000,
                    [&](const HttpRequest&) { return redirect(302, other.url("/elsewhere")); });
  DownloadFixture downloads;
  REQUIRE(downloads.fetch(breaking.server().url()).result);
  CHECK(downloads.content() == std::string(body.size(), 'o'));
}

TEST_CASE("a resumed body counts whole against the limit") {
  const std::string body = make_body();
  Breaking breaking({{"ETag", "\"v1\""}}, 1000, [&](const HttpRequest& request) -> Script {
    const std::string rest(body.size(), 'x');
    return answer(206, request.header("range").empty() ? body : rest,
                  {{"ETag", "\"v1\""}, {"Content-Range", "bytes 1000-100999/101000"}});
  });
  DownloadFixture downloads;
  Download download = downloads.make(breaking.server().url());
  download.max_bytes = body.size();
  const Ended ended = downloads.fetch(download);
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().message.find("larger than max_bytes") != std::string::npos);
}
