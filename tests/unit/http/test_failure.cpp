#include <curl/curl.h>
#include <doctest/doctest.h>

#include <cerrno>

#include "http/failure.h"

using namespace orch;
using namespace orch::http;

namespace {

AttemptFacts facts_of(int curl_code) {
  AttemptFacts facts;
  facts.url = "http://user:pw@host:81/x.jpg?sig=SECRET";
  facts.last_url = facts.url;
  facts.curl_code = curl_code;
  facts.connect_timeout = std::chrono::seconds(10);
  facts.timeout = std::chrono::seconds(30);
  return facts;
}

AttemptFacts answered(int curl_code, std::uint64_t received,
                      std::optional<std::uint64_t> expected = std::nullopt) {
  AttemptFacts facts = facts_of(curl_code);
  facts.status = 200;
  facts.connected = true;
  facts.headers_ended = true;
  facts.received = received;
  facts.expected = expected;
  return facts;
}

void check(const Failure& failure, ErrorCode code, bool retry, const std::string& message) {
  CHECK(failure.error.message == message);
  CHECK(failure.error.code == code);
  CHECK(failure.retry == retry);
  CHECK_FALSE(failure.error.next().empty());
  CHECK(failure.error.message.find("SECRET") == std::string::npos);
  REQUIRE(failure.error.http);
  CHECK(failure.error.http->url == "http://host:81/x.jpg");
}

}  // namespace

TEST_CASE("hosts that cannot be reached") {
  AttemptFacts facts = facts_of(CURLE_COULDNT_CONNECT);
  facts.os_error = ECONNREFUSED;
  check(describe_curl_error(facts), ErrorCode::unreachable, true,
        "cannot reach http://host:81/x.jpg: connection refused");
  check(describe_curl_error(facts_of(CURLE_COULDNT_RESOLVE_HOST)), ErrorCode::unreachable, true,
        "cannot reach http://host:81/x.jpg: the host name has no address");
  check(describe_curl_error(facts_of(CURLE_OPERATION_TIMEDOUT)), ErrorCode::unreachable, true,
        "cannot reach http://host:81/x.jpg: no connection within 10s");
  check(describe_curl_error(facts_of(CURLE_GOT_NOTHING)), ErrorCode::unreachable, true,
        "cannot reach http://host:81/x.jpg: the connection was closed without an answer");
}

TEST_CASE("bodies that end early") {
  check(describe_curl_error(answered(CURLE_PARTIAL_FILE, 1000, 5000)), ErrorCode::bad_answer, true,
        "http://host:81/x.jpg: body ended after 1000 of 5000 bytes");
  AttemptFacts reset = answered(CURLE_RECV_ERROR, 7);
  reset.os_error = ECONNRESET;
  check(describe_curl_error(reset), ErrorCode::bad_answer, true,
        "http://host:81/x.jpg: body ended after 7 bytes (connection reset by peer)");
}

TEST_CASE("time-outs say how far it came") {
  AttemptFacts silent = facts_of(CURLE_OPERATION_TIMEDOUT);
  silent.connected = true;
  check(describe_curl_error(silent), ErrorCode::timed_out, true,
        "http://host:81/x.jpg: no answer within 30s");
  check(describe_curl_error(answered(CURLE_OPERATION_TIMEDOUT, 10, 20)), ErrorCode::timed_out, true,
        "http://host:81/x.jpg: timed out after 30s with 10 of 20 bytes");
  AttemptFacts slow = answered(CURLE_OPERATION_TIMEDOUT, 10, 20);
  slow.detail = "Operation too slow. Less than 100 bytes/sec transferred the last 30 seconds";
  check(describe_curl_error(slow), ErrorCode::timed_out, true,
        "http://host:81/x.jpg: stalled after 10 of 20 bytes");
}

TEST_CASE("answers with a status") {
  const auto status = [](int code) {
    AttemptFacts facts = facts_of(CURLE_OK);
    facts.status = code;
    return describe_status(facts);
  };
  check(status(404), ErrorCode::not_found, false, "http://host:81/x.jpg: 404 Not Found");
  check(status(410), ErrorCode::not_found, false, "http://host:81/x.jpg: 410 Gone");
  check(status(403), ErrorCode::permission_denied, false, "http://host:81/x.jpg: 403 Forbidden");
  check(status(429), ErrorCode::throttled, true, "http://host:81/x.jpg: 429 Too Many Requests");
  check(status(500), ErrorCode::remote_failed, false,
        "http://host:81/x.jpg: 500 Internal Server Error");
  check(status(503), ErrorCode::remote_failed, true,
        "http://host:81/x.jpg: 503 Service Unavailable");
  check(status(599), ErrorCode::remote_failed, false, "http://host:81/x.jpg: status 599");
  check(status(304), ErrorCode::bad_answer, false, "http://host:81/x.jpg: 304 Not Modified");
}

TEST_CASE("a redirected download names both ends") {
  AttemptFacts facts = facts_of(CURLE_OK);
  facts.status = 404;
  facts.last_url = "https://cdn/y?sig=SECRET";
  check(describe_status(facts), ErrorCode::not_found, false,
        "http://host:81/x.jpg (redirected to https://cdn/y): 404 Not Found");
}

TEST_CASE("certificates that do not hold") {
  const auto refused = [](const char* detail) {
    AttemptFacts facts = facts_of(CURLE_PEER_FAILED_VERIFICATION);
    facts.detail = detail;
    return describe_curl_error(facts);
  };
  const Failure expired = refused("SSL certificate problem: certificate has expired");
  check(expired, ErrorCode::tls_failed, false, "http://host:81/x.jpg: certificate has expired");
  CHECK(expired.error.hint.find("clock") != std::string::npos);
  const Failure own = refused("SSL certificate problem: self-signed certificate");
  CHECK(own.error.hint.find("SSL_CERT_FILE") != std::string::npos);
  const Failure other =
      refused("SSL: no alternative certificate subject name matches target host name 'host'");
  CHECK(other.error.hint.find("host name") != std::string::npos);
}

TEST_CASE("what a server says cannot drive a terminal") {
  AttemptFacts facts = facts_of(CURLE_WEIRD_SERVER_REPLY);
  facts.detail = "Odd \x1b[2J answer";
  facts.url = "http://host/\x1b[31m";
  facts.last_url = facts.url;
  const Failure failure = describe_curl_error(facts);
  CHECK(failure.error.message.find('\x1b') == std::string::npos);
}
