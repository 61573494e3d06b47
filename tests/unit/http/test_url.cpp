#include <doctest/doctest.h>

#include <string>

#include "http/url.h"

using namespace orch;
using namespace orch::http;

TEST_CASE("what is a URL for downloads") {
  CHECK(is_http_url("http://a/"));
  CHECK(is_http_url("HTTPS://a/"));
  CHECK(is_https_url("HTTPS://a/"));
  CHECK_FALSE(is_https_url("http://a/"));
  for (const char* other :
       {"", "http", "http:/a", "ftp://a/", "file:///etc/passwd", "s3://b/k", "/a", "://"}) {
    CAPTURE(std::string(other));
    CHECK_FALSE(is_http_url(other));
  }
}

TEST_CASE("what is this machine") {
  for (const char* url : {"http://localhost", "http://localhost:80/x", "http://127.0.0.1:8080",
                          "http://127.8.0.1/", "http://[::1]:80", "http://u:p@127.0.0.1/"}) {
    CAPTURE(url);
    CHECK(is_loopback_url(url));
  }
  for (const char* url :
       {"http://127.0.0.1:x@evil.test/", "http://localhost@evil.test", "", "http://127.evil.test",
        "http://localhost.evil.test", "127.0.0.1", "http://[::1]evil.test", "http://10.0.0.1",
        "http://evil.test#@127.0.0.1"}) {
    CAPTURE(url);
    CHECK_FALSE(is_loopback_url(url));
  }
}

TEST_CASE("origins in one spelling") {
  CHECK(origin_of("http://Example.com/a?b") == "http://example.com:80");
  CHECK(origin_of("HTTPS://example.com") == "https://example.com:443");
  CHECK(origin_of("https://user:p@ss@example.com:8443#x") == "https://example.com:8443");
  CHECK(origin_of("http://[::1]:8080/") == "http://[::1]:8080");
  CHECK(origin_of("http://[::1]/") == "http://[::1]:80");
  CHECK(origin_of("nonsense").empty());
}

TEST_CASE("where redirects lead") {
  const std::string from = "http://user:pw@a.example:81/dir/x.jpg?sig=1";
  CHECK(redirect_target(from, "/y.jpg").value() == "http://user:pw@a.example:81/y.jpg");
  CHECK(redirect_target(from, "z.jpg?q=2").value() == "http://user:pw@a.example:81/dir/z.jpg?q=2");
  CHECK(redirect_target(from, "//b.example/y").value() == "http://b.example/y");
  CHECK(redirect_target(from, "http://b.example/y").value() == "http://b.example/y");
  CHECK(redirect_target(from, "http://a.example:82/y").value() == "http://a.example:82/y");
  CHECK(redirect_target(from, "https://a.example:81/y").value() == "https://a.example:81/y");
  CHECK(redirect_target(from, "http://a.example:81/a b").value() ==
        "http://user:pw@a.example:81/a%20b");
}

TEST_CASE("no redirect brings credentials of its own") {
  CHECK(redirect_target("http://a/", "http://eve:pw@b/").value() == "http://b/");
  CHECK(redirect_target("http://a/", "http://eve:pw@a/y").value() == "http://a/y");
}

TEST_CASE("redirects that are not followed") {
  const auto message = [](const char* from, const char* to) {
    return redirect_target(from, to).error().message;
  };
  CHECK(message("https://a/x?sig=1", "http://b/y?k=2") ==
        "https://a/x: the redirect to http://b/y is not followed: it leaves https");
  CHECK(message("http://a/x", "ftp://b/y") ==
        "http://a/x: the redirect to ftp://b/y is not followed: only http and https are");
  CHECK(redirect_target("http://a/x", "file:///etc/passwd").error().code == ErrorCode::bad_answer);
  CHECK_FALSE(redirect_target("http://a/x", "javascript:alert(1)"));
  CHECK_FALSE(redirect_target("http://a/x", "http://"));
}
