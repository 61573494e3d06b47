#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "support/certificates.h"
#include "support/http_server.h"
#include "unit/http/download_fixture.h"

using namespace orch;
using namespace orch::http;
using namespace orch::test;

namespace {

// Certificates, and SSL_CERT_FILE naming their CA, for one test.
class Trust {
 public:
  Trust() : certificates(directory.path()) {
    ::setenv("SSL_CERT_FILE", certificates.ca_file().c_str(), 1);
  }
  ~Trust() { ::unsetenv("SSL_CERT_FILE"); }
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  HttpServer::Tls tls(const Certificates::Pair& pair) const { return {pair.certificate, pair.key}; }

  TemporaryDirectory directory;
  Certificates certificates;
};

Script hello(const HttpRequest&) { return answer(200, "hello"); }

}  // namespace

TEST_CASE("https with a certificate that holds") {
  const Trust trust;
  HttpServer server(&hello, trust.tls(trust.certificates.good()));
  DownloadFixture downloads;
  REQUIRE(downloads.fetch(server.url()).result);
  CHECK(downloads.content() == "hello");
}

TEST_CASE("certificates that do not hold are refused at once, before anything is asked") {
  const Trust trust;
  struct Case {
    Certificates::Pair pair;
    const char* message;
  };
  for (const Case& one : {Case{trust.certificates.expired(), "certificate has expired"},
                          Case{trust.certificates.self_signed(), "self-signed certificate"},
                          Case{trust.certificates.other_host(),
                               "no alternative certificate subject name matches "
                               "target host name '127.0.0.1'"}}) {
    CAPTURE(std::string(one.message));
    HttpServer server(&hello, trust.tls(one.pair));
    DownloadFixture downloads;
    const Ended ended = downloads.fetch(server.url("/x"));
    REQUIRE_FALSE(ended.result);
    CHECK(ended.result.error().code == ErrorCode::tls_failed);
    CHECK(ended.result.error().message == fmt::format("{}: {}", server.url("/x"), one.message));
    CHECK(ended.attempts == 1);
    CHECK(server.requests().empty());
  }
}

TEST_CASE("a CA that the variable does not name is not trusted") {
  const Trust trust;
  const Trust other;  // SSL_CERT_FILE is this one's now
  HttpServer server(&hello, trust.tls(trust.certificates.good()));
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(server.url());
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().code == ErrorCode::tls_failed);
  CAPTURE(ended.result.error().message);
  CAPTURE(std::string(ended.result.error().next()));
  CHECK(ended.result.error().next().find("SSL_CERT_FILE") != std::string::npos);
}

TEST_CASE("a CA file that is missing or none is said so") {
  const Trust trust;
  HttpServer server(&hello, trust.tls(trust.certificates.good()));
  const std::string junk = trust.directory.write("junk.pem", "junk");
  ::setenv("SSL_CERT_FILE", junk.c_str(), 1);
  {
    DownloadFixture downloads;
    const Ended ended = downloads.fetch(server.url());
    REQUIRE_FALSE(ended.result);
    CHECK(ended.result.error().code == ErrorCode::tls_failed);
    CHECK(ended.result.error().message == "cannot use the CA certificates in " + junk);
  }
  ::setenv("SSL_CERT_FILE", "/no/such.pem", 1);
  DownloadFixture downloads;
  const Ended ended = downloads.fetch(server.url());
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().message ==
        "cannot read /no/such.pem (from SSL_CERT_FILE): No such file or directory");
}

TEST_CASE("http needs no CA file") {
  ::setenv("SSL_CERT_FILE", "/no/such.pem", 1);
  HttpServer server(&hello);
  DownloadFixture downloads;
  CHECK(downloads.fetch(server.url()).result);
  ::unsetenv("SSL_CERT_FILE");
}

TEST_CASE("a redirect may lead to https, never back to http") {
  const Trust trust;
  HttpServer plain(&hello);
  HttpServer secure(
      [&](const HttpRequest& request) -> Script {
        return request.target == "/back" ? redirect(302, plain.url("/x")) : answer(200, "secure");
      },
      trust.tls(trust.certificates.good()));
  HttpServer start([&](const HttpRequest&) { return redirect(301, secure.url("/end")); });
  DownloadFixture downloads;
  REQUIRE(downloads.fetch(start.url()).result);
  CHECK(downloads.content() == "secure");
  const Ended ended = downloads.fetch(downloads.make(secure.url("/back"), "b"));
  REQUIRE_FALSE(ended.result);
  CHECK(ended.result.error().message ==
        fmt::format("{}: the redirect to {} is not followed: it leaves https", secure.url("/back"),
                    plain.url("/x")));
  CHECK(plain.requests().empty());
}

TEST_CASE("TLS faults end in words") {
  const Trust trust;
  HttpServer plain(&hello);
  DownloadFixture downloads;
  const std::string not_tls = "https" + plain.url().substr(4);
  Download download = downloads.make(not_tls);
  download.retries = 0;
  const Ended ended = downloads.fetch(download);
  REQUIRE_FALSE(ended.result);
  CAPTURE(ended.result.error().message);
  CHECK((ended.result.error().code == ErrorCode::tls_failed ||
         ended.result.error().code == ErrorCode::unreachable));

  HttpServer cut(
      [](const HttpRequest&) -> Script {
        return {send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhalf"), close_connection()};
      },
      trust.tls(trust.certificates.good()));
  download = downloads.make(cut.url("/x"), "cut");
  download.retries = 1;
  const Ended half = downloads.fetch(download);
  REQUIRE_FALSE(half.result);
  CHECK(half.result.error().code == ErrorCode::bad_answer);
  CHECK(half.result.error().message.find("body ended after 4 of 5000 bytes") != std::string::npos);
  CHECK(half.attempts == 2);
}
