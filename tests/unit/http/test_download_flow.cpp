// Pausing, cancelling, and starting from inside callbacks.
#include <doctest/doctest.h>

#include <memory>
#include <set>

#include "support/http_server.h"
#include "unit/http/download_fixture.h"

using namespace orch;
using namespace orch::http;
using namespace orch::test;
using std::chrono::milliseconds;

TEST_CASE("a transfer that is not admitted waits, without time running out") {
  const std::string body(1 << 20, 'x');
  HttpServer server([&](const HttpRequest&) { return answer(200, body); });
  bool open = false;
  std::uint64_t admitted = 0;
  int refused = 0;
  DownloadFixture downloads(quick_retries(), [&](Downloader::Id, std::uint64_t bytes) {
    if (!open) {
      ++refused;
      return false;
    }
    admitted += bytes;
    return true;
  });
  Download download = downloads.make(server.url());
  download.timeout = milliseconds(300);
  downloads.start(download);
  downloads.loop.after(milliseconds(100), [&] { downloads.downloader.resume(); });  // still shut
  downloads.loop.after(milliseconds(500), [&] {
    open = true;
    downloads.downloader.resume();
  });
  downloads.run();
  const Ended& ended = downloads.ended.begin()->second;
  REQUIRE(ended.result);
  CHECK(ended.attempts == 1);
  CHECK(refused == 2);
  CHECK(admitted == body.size());
  CHECK(downloads.content() == body);
}

TEST_CASE("a budget holds while many are fetched") {
  const std::string body(100000, 'x');
  HttpServer server([&](const HttpRequest&) { return answer(200, body); });
  constexpr std::uint64_t kBudget = 350000;
  std::uint64_t used = 0;
  std::uint64_t most = 0;
  std::map<Downloader::Id, std::uint64_t> held;
  std::set<Downloader::Id> begun;
  DownloadFixture downloads(quick_retries(), [&](Downloader::Id id, std::uint64_t bytes) {
    // Whoever has begun may finish: three bodies fit.
    if (!begun.contains(id) && begun.size() == 3) return false;
    begun.insert(id);
    used += bytes;
    held[id] += bytes;
    most = std::max(most, used);
    return true;
  });
  int outstanding = 40;
  for (int i = 0; i < 40; ++i) {
    const auto slot = std::make_shared<Downloader::Id>(0);
    *slot = downloads.downloader.start(downloads.make(server.url(), std::to_string(i)),
                                       [&, slot](Result<DownloadReply> result, int) {
                                         CHECK(result);
                                         used -= held[*slot];
                                         begun.erase(*slot);
                                         downloads.downloader.resume();
                                         if (--outstanding == 0) downloads.loop.stop();
                                       });
  }
  downloads.loop.run();
  CHECK(most <= kBudget);
  CHECK(used == 0);
}

TEST_CASE("bytes fetched again are not admitted again") {
  int asked = 0;
  const std::string body(100000, 'x');
  HttpServer server([&](const HttpRequest&) -> Script {
    if (++asked > 1) return answer(200, body);
    return {send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body.substr(0, 60000)),
            close_connection()};
  });
  std::uint64_t admitted = 0;
  DownloadFixture downloads(quick_retries(), [&](Downloader::Id, std::uint64_t bytes) {
    admitted += bytes;
    return true;
  });
  REQUIRE(downloads.fetch(server.url()).result);
  CHECK(admitted == body.size());
}

TEST_CASE("a cancelled download calls nobody and leaves nothing, whatever it was doing") {
  HttpServer hanging([](const HttpRequest&) -> Script {
    return {send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), hang()};
  });
  HttpServer failing([](const HttpRequest&) { return answer(503); });
  DownloadOptions options;
  options.start_connections = 2;
  options.max_connections = 2;
  options.retry_base = std::chrono::hours(1);
  DownloadFixture downloads(options);
  int called = 0;
  const auto start = [&](const std::string& url, const std::string& name) {
    return downloads.downloader.start(downloads.make(url, name),
                                      [&](const Result<DownloadReply>&, int) { ++called; });
  };
  const auto retrying = start(failing.url(), "retrying");
  const auto running = start(hanging.url(), "running");
  const auto second = start(hanging.url(), "second");
  const auto queued = start(hanging.url(), "queued");
  downloads.loop.after(milliseconds(200), [&] { downloads.loop.stop(); });
  downloads.loop.run();
  CHECK(exists(downloads.path("running")));
  CHECK(downloads.downloader.active() == 4);
  for (const auto id : {retrying, running, second, queued, queued}) downloads.downloader.cancel(id);
  CHECK(downloads.downloader.active() == 0);
  CHECK_FALSE(exists(downloads.path("running")));
  downloads.loop.after(milliseconds(50), [&] { downloads.loop.stop(); });
  downloads.loop.run();
  CHECK(called == 0);
}

TEST_CASE("cancelling from inside the admission, itself and another") {
  HttpServer server([](const HttpRequest&) { return answer(200, std::string(1 << 20, 'x')); });
  Downloader* downloader = nullptr;
  int asked = 0;
  DownloadFixture downloads(quick_retries(), [&](Downloader::Id, std::uint64_t) {
    // Whoever is first ends everybody.
    if (++asked == 1) {
      for (Downloader::Id id = 1; id <= 3; ++id) downloader->cancel(id);
    }
    return true;
  });
  downloader = &downloads.downloader;
  for (int i = 1; i <= 3; ++i) downloads.start(downloads.make(server.url(), std::to_string(i)));
  downloads.loop.after(milliseconds(200), [&] { downloads.loop.stop(); });
  downloads.run();
  CHECK(asked == 1);
  CHECK(downloads.ended.empty());
  CHECK(downloads.downloader.active() == 0);
  for (const char* name : {"1", "2", "3"}) CHECK_FALSE(exists(downloads.path(name)));
}

TEST_CASE("the next download is started from inside the end of the last") {
  HttpServer server([](const HttpRequest& request) { return answer(200, request.target); });
  DownloadFixture downloads;
  int ended = 0;
  std::function<void(int)> start = [&](int number) {
    downloads.downloader.start(
        downloads.make(server.url("/" + std::to_string(number)), std::to_string(number)),
        [&, number](Result<DownloadReply> result, int) {
          CHECK(result);
          ++ended;
          if (number < 100) {
            start(number + 1);
          } else {
            downloads.loop.stop();
          }
        });
  };
  start(1);
  downloads.loop.run();
  CHECK(ended == 100);
  CHECK(server.connections() == 1);
}

TEST_CASE("a downloader that goes away takes its files with it") {
  HttpServer server([](const HttpRequest&) -> Script {
    return {send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), hang()};
  });
  TemporaryDirectory directory;
  Loop loop;
  auto downloader = std::make_unique<Downloader>(loop, quick_retries(), nullptr);
  Download download;
  download.url = server.url();
  download.path = directory.path("x");
  download.timeout = std::chrono::seconds(20);
  downloader->start(download, [](const Result<DownloadReply>&, int) { FAIL("called"); });
  loop.after(milliseconds(100), [&] { loop.stop(); });
  loop.run();
  CHECK(exists(download.path));
  downloader.reset();
  CHECK_FALSE(exists(download.path));
  loop.after(milliseconds(10), [&] { loop.stop(); });
  loop.run();
}
