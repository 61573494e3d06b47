#include "http/api.h"

#include <doctest/doctest.h>

#include <deque>

#include "base/file.h"
#include "base/redact.h"
#include "support/certificates.h"
#include "support/http_server.h"
#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::http;
using orch::test::answer;
using orch::test::HttpRequest;
using orch::test::HttpServer;
using orch::test::Script;
using orch::test::TemporaryDirectory;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// Answers as scripted, one after the other; an int is a status, an Error no answer.
struct Scripted : Transport {
  std::deque<Result<Response>> answers;
  std::vector<Request> sent;

  Result<Response> send(const Request& request) override {
    sent.push_back(request);
    REQUIRE_FALSE(answers.empty());
    Result<Response> next = std::move(answers.front());
    answers.pop_front();
    return next;
  }
};

Response status(int number, HeaderList headers = {}) { return {number, std::move(headers), {}, 1}; }

tl::unexpected<Error> no_answer(ErrorCode code, bool was_sent) {
  Error error;
  error.code = code;
  error.http = HttpDetail{"POST", "", 0, {}, 1, was_sent};
  return tl::unexpected<Error>(error);
}

// A retry engine on a virtual clock.
struct Engine {
  ManualClock clock;
  SeededRandom random{1};
  std::vector<Duration> waits;
  Scripted* scripted = nullptr;
  std::unique_ptr<Transport> transport;

  explicit Engine(std::vector<Result<Response>> answers, RetryTable table = {}) {
    auto inner = std::make_unique<Scripted>();
    inner->answers.assign(answers.begin(), answers.end());
    scripted = inner.get();
    transport = retrying(
        std::move(inner), std::move(table), clock,
        [this](Duration wait) {
          waits.push_back(wait);
          clock.advance(wait);
          return true;
        },
        random);
  }

  Result<Response> send(const std::string& method, bool repeatable = false) {
    Request request;
    request.method = method;
    request.repeatable = repeatable;
    return transport->send(request);
  }
};

}  // namespace

TEST_CASE("a request arrives as it was made, and its answer comes back whole") {
  HttpServer server([](const HttpRequest& request) -> Script {
    return answer(201, "{\"got\":\"" + request.body + "\"}",
                  {{"X-Request-Id", "r1"}, {"Content-Type", "a/b"}});
  });
  const auto transport = curl_transport({});
  Request request{"POST",
                  server.url("/x?q=1"),
                  {{"Authorization", "Bearer fake"}, {"Content-Type", "text/plain"}},
                  "hello",
                  false};
  const auto response = transport->send(request);
  REQUIRE(response);
  CHECK(response->status == 201);
  CHECK(response->body == "{\"got\":\"hello\"}");
  CHECK(response->header("x-request-id") == "r1");
  CHECK(response->header("none").empty());
  request.method = "PATCH";
  request.body.clear();
  request.repeatable = true;
  REQUIRE(transport->send(request));
  request.method = "GET";
  REQUIRE(transport->send(request));
  const auto seen = server.requests();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].method == "POST");
  CHECK(seen[0].target == "/x?q=1");
  CHECK(seen[0].header("authorization") == "Bearer fake");
  CHECK(seen[0].header("content-type") == "text/plain");
  CHECK(seen[0].header("expect").empty());
  CHECK(seen[0].header("user-agent").starts_with("orch/"));
  CHECK(seen[1].method == "PATCH");
  CHECK(seen[2].header("content-length").empty());
  CHECK(server.connections() == 1);
  request.method = "POST";
  request.repeatable = false;  // never on a connection that may have died meanwhile
  REQUIRE(transport->send(request));
  CHECK(server.connections() == 2);
}

TEST_CASE("an answer is an answer whatever its status, and redirects are not followed") {
  HttpServer server([](const HttpRequest& request) -> Script {
    if (request.target == "/moved") return orch::test::redirect(302, "/elsewhere");
    return answer(503, "later");
  });
  const auto transport = curl_transport({});
  CHECK(transport->send({.url = server.url("/moved")})->status == 302);
  CHECK(transport->send({.url = server.url("/busy")})->body == "later");
  CHECK(server.requests().size() == 2);
}

TEST_CASE("no answer is named: refused, cut off, slow, too large") {
  HttpServer server([](const HttpRequest& request) -> Script {
    if (request.target == "/cut") return {orch::test::close_connection()};
    if (request.target == "/half")
      return {orch::test::send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
              orch::test::close_connection()};
    if (request.target.starts_with("/slow")) return {orch::test::hang()};
    return answer(200, std::string(5'000, 'x'));
  });
  const auto transport = curl_transport({}, {.timeout = milliseconds(300), .max_body = 1'000});
  const auto fails = [&](const std::string& url) {
    const auto response = transport->send({.url = url});
    REQUIRE_FALSE(response);
    REQUIRE(response.error().http);
    return response.error();
  };
  const Error refused =
      fails("http://127.0.0.1:" + std::to_string(orch::test::closed_port()) + "/");
  CHECK(refused.code == ErrorCode::unreachable);
  CHECK_FALSE(refused.http->sent);
  const Error cut = fails(server.url("/cut"));
  CHECK(cut.code == ErrorCode::unreachable);
  CHECK(cut.http->sent);
  CHECK(fails(server.url("/half")).code == ErrorCode::bad_answer);
  const Error slow = fails(server.url("/slow?token=hunter2"));
  CHECK(slow.code == ErrorCode::timed_out);
  CHECK(slow.message.find("hunter2") == std::string::npos);
  CHECK(fails(server.url("/large")).message.find("larger than") != std::string::npos);
}

TEST_CASE("what may not be repeated is not repeated by libcurl either, on a connection that died") {
  HttpServer server([](const HttpRequest& request) -> Script {
    if (request.method == "GET") return answer(200, "{}");
    return {orch::test::close_connection()};
  });
  const auto transport = curl_transport({});
  REQUIRE(transport->send({.url = server.url("/")}));  // a connection that is kept
  CHECK_FALSE(transport->send({.method = "POST", .url = server.url("/make"), .body = "{}"}));
  CHECK(server.requests().size() == 2);
}

TEST_CASE("a header cannot smuggle another one in") {
  const auto sent =
      curl_transport({})->send({.url = "http://127.0.0.1:1/", .headers = {{"X-A", "b\r\nX-C: d"}}});
  CHECK(sent.error().code == ErrorCode::invalid_value);
}

TEST_CASE("what may be sent again") {
  struct Row {
    const char* method;
    bool repeatable;
    Result<Response> first;
    bool again;
  };
  const std::vector<Row> rows = {
      {"GET", false, status(503), true},
      {"PUT", false, status(502), true},
      {"DELETE", false, status(504), true},
      {"POST", false, status(503), false},
      {"POST", true, status(503), true},
      {"POST", false, status(429), true},
      {"GET", false, status(500), false},
      {"GET", false, status(404), false},
      {"POST", false, no_answer(ErrorCode::unreachable, false), true},
      {"POST", false, no_answer(ErrorCode::unreachable, true), false},
      {"POST", true, no_answer(ErrorCode::timed_out, true), true},
      {"GET", false, no_answer(ErrorCode::timed_out, true), true},
      {"GET", false, no_answer(ErrorCode::tls_failed, false), false},
      {"GET", false, no_answer(ErrorCode::bad_answer, true), false},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    Engine engine({rows[i].first, status(200)});
    const auto response = engine.send(rows[i].method, rows[i].repeatable);
    CHECK(engine.scripted->sent.size() == (rows[i].again ? 2 : 1));
    if (rows[i].again) CHECK(response->attempts == 2);
  }
}

TEST_CASE("waits grow with jitter, follow Retry-After and end with the attempts or the deadline") {
  Engine five({status(503), status(503), status(503), status(503), status(503), status(200)});
  CHECK(five.send("GET")->status == 503);
  REQUIRE(five.waits.size() == 4);
  for (std::size_t i = 0; i < five.waits.size(); ++i)
    CHECK(five.waits[i] <= milliseconds(500) * (1 << i));

  Engine asked({status(429, {{"retry-after", "7"}}), status(200)});
  CHECK(asked.send("POST")->status == 200);
  CHECK(asked.waits.front() >= seconds(7));
  CHECK(asked.waits.front() < seconds(8));

  Engine too_long({status(429, {{"retry-after", "300"}}), status(200)}, {.deadline = seconds(60)});
  CHECK(too_long.send("GET")->status == 429);
  CHECK(too_long.waits.empty());

  Engine own({status(500), status(200)}, {.statuses = {500}});
  CHECK(own.send("GET")->status == 200);
}

TEST_CASE("credentials by field and by value are not seen in a recording") {
  register_secret("fake-registered-value");
  const TemporaryDirectory directory;
  auto inner = std::make_unique<Scripted>();
  inner->answers.emplace_back(
      Response{200, {{"set-cookie", "fake-cookie"}}, R"({"access_token":"fake-token","id":7})", 1});
  inner->answers.emplace_back(no_answer(ErrorCode::unreachable, false));
  const auto transport = recording(std::move(inner), directory.path("r"));
  Request request{
      "POST",
      "https://u:fake-password@h.example/p?sig=fake-sig",
      {{"Authorization", "Bearer fake-bearer"}, {"X-Other", "has fake-registered-value"}},
      R"({"client_secret":"fake-secret","note":"fake-registered-value","next_page_token":"kept"})",
      false};
  REQUIRE(transport->send(request));
  CHECK_FALSE(transport->send(request));
  const std::string text = directory.read("r/001.json");
  for (const char* hidden : {"fake-bearer", "fake-secret", "fake-registered", "fake-token",
                             "fake-cookie", "fake-password", "fake-sig"}) {
    CAPTURE(hidden);
    CHECK(text.find(hidden) == std::string::npos);
  }
  CHECK(text.find("kept") != std::string::npos);
  CHECK(text.find("https://h.example/p") != std::string::npos);
  CHECK(exists(directory.path("r/002.json")));
}

TEST_CASE("a form is masked by its fields") {
  CHECK(masked_body("grant_type=client_credentials&client_secret=fake&scope=all") ==
        "grant_type=client_credentials&client_secret=****&scope=all");
  CHECK(masked_body("not a form: token=fake") == "not a form: token=fake");
}

TEST_CASE("which fields hold credentials") {
  for (const char* name :
       {"Authorization", "x-api-key", "client_secret", "clientSecret", "access_token", "Set-Cookie",
        "password", "X-Amz-Security-Token", "string_value", "refreshToken", "private_key"}) {
    CAPTURE(name);
    CHECK(is_credential_field(name));
  }
  for (const char* name :
       {"name", "next_page_token", "token_type", "secret_id", "key", "job_id", "host"}) {
    CAPTURE(name);
    CHECK_FALSE(is_credential_field(name));
  }
}

TEST_CASE("what an answer means") {
  const Request request{.method = "GET", .url = "https://h.example/jobs?token=hunter2"};
  const auto error = [&](int number, std::string body, HeaderList headers = {}) {
    const auto answer =
        json_answer(request, Response{number, std::move(headers), std::move(body), 3}, "databricks",
                    "read the job 7");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().provider == "databricks");
    CHECK(answer.error().http->url == "https://h.example/jobs");
    return answer.error();
  };
  CHECK(*json_answer(request, Response{200, {}, "{\"a\":1}", 1}, "x", "y")->find("a")->integer() ==
        1);
  CHECK(json_answer(request, Response{204, {}, "", 1}, "x", "y")->is_null());
  CHECK(error(401, "{}").code == ErrorCode::not_authenticated);
  CHECK(error(403, "").code == ErrorCode::permission_denied);
  CHECK(error(404, "").code == ErrorCode::not_found);
  CHECK(error(409, "").code == ErrorCode::conflict);
  CHECK(error(429, "").code == ErrorCode::throttled);
  CHECK(error(400, "").code == ErrorCode::invalid_value);
  CHECK(error(500, "").code == ErrorCode::remote_failed);
  CHECK(error(302, "").code == ErrorCode::bad_answer);
  const Error said = error(400, R"({"error_code":"X","message":"Job 7 does not exist."})",
                           {{"x-request-id", "r-9"}});
  CHECK(said.message == "cannot read the job 7: 400 Bad Request: Job 7 does not exist.");
  CHECK(said.http->request_id == "r-9");
  CHECK(said.http->attempts == 3);
  CHECK(error(500, R"({"errors":[{"message":"first"}]})").message.ends_with(": first"));
  CHECK(error(502, "<html><head><TITLE>502 Bad Gateway</TITLE></head><body>x</body></html>")
            .message.ends_with(": 502 Bad Gateway"));
  CHECK(error(200, "<html><body>Please sign in</body></html>").message.find("web page") !=
        std::string::npos);
  CHECK(error(200, "{").code == ErrorCode::bad_answer);
  CHECK(error(500, "\x1b[31mred\n").message.find('\x1b') == std::string::npos);
}

TEST_CASE("TLS is verified") {
  const TemporaryDirectory directory;
  const TemporaryDirectory elsewhere;
  const orch::test::Certificates certificates(directory.path());
  HttpServer server([](const HttpRequest&) { return answer(200, "{}"); },
                    {certificates.good().certificate, certificates.good().key});
  const auto trusting = curl_transport({{"SSL_CERT_FILE", certificates.ca_file()}});
  CHECK(trusting->send({.url = server.url()}));
  const orch::test::Certificates others(elsewhere.path());
  const auto wary =
      curl_transport({{"SSL_CERT_FILE", others.ca_file()}})->send({.url = server.url()});
  REQUIRE_FALSE(wary);
  CHECK(wary.error().code == ErrorCode::tls_failed);
}
