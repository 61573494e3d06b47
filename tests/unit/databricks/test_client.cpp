#include "databricks/client.h"

#include <doctest/doctest.h>

#include <deque>

#include "base/file.h"
#include "databricks/errors.h"
#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::databricks;
using orch::test::TemporaryDirectory;

namespace {

struct Scripted : http::Transport {
  std::deque<http::Response> answers;
  std::vector<http::Request> sent;

  Result<http::Response> send(const http::Request& request) override {
    sent.push_back(request);
    if (answers.empty()) FAIL(request.url);
    http::Response next = answers.front();
    answers.pop_front();
    return next;
  }
};

http::Response json(int status, std::string body) { return {status, {}, std::move(body), 1}; }

constexpr const char* kEndpoints = R"({"token_endpoint":"http://127.0.0.1:1/oidc/v1/token"})";

std::string token(int number, int seconds) {
  return R"({"access_token":"fake-bearer-)" + std::to_string(number) +
         R"(","token_type":"Bearer","expires_in":)" + std::to_string(seconds) + "}";
}

Identity robot() {
  Identity identity;
  identity.kind = Identity::Kind::oauth;
  identity.host = "http://127.0.0.1:1";
  identity.client_id = "robot";
  identity.client_secret = "fake-robot-secret";
  identity.from = "a test";
  return identity;
}

std::string header(const http::Request& request, std::string_view name) {
  for (const auto& [each, value] : request.headers) {
    if (each == name) return value;
  }
  return {};
}

struct Bench {
  TemporaryDirectory directory;
  ManualClock clock;
  Scripted transport;

  Result<doc::Value> ask() {
    Client client(robot(), transport, clock, directory.path("tokens"));
    return client.get("/api/x", {}, "ask");
  }
};

}  // namespace

TEST_CASE("a token is fetched once, kept in a 0600 file and fetched again before it ends") {
  Bench bench;
  bench.transport.answers = {json(200, kEndpoints), json(200, token(1, 3600)), json(200, "{}")};
  REQUIRE(bench.ask());
  REQUIRE(bench.transport.sent.size() == 3);
  CHECK(bench.transport.sent[1].body == "grant_type=client_credentials&scope=all-apis");
  CHECK(header(bench.transport.sent[1], "Authorization") ==
        "Basic cm9ib3Q6ZmFrZS1yb2JvdC1zZWNyZXQ=");
  CHECK(header(bench.transport.sent[2], "Authorization") == "Bearer fake-bearer-1");

  bench.transport.answers = {json(200, "{}")};
  bench.clock.advance(std::chrono::minutes(54));
  REQUIRE(bench.ask());
  CHECK(header(bench.transport.sent[3], "Authorization") == "Bearer fake-bearer-1");

  bench.transport.answers = {json(200, kEndpoints), json(200, token(2, 41)), json(200, "{}")};
  bench.clock.advance(std::chrono::minutes(2));
  REQUIRE(bench.ask());
  CHECK(header(bench.transport.sent[6], "Authorization") == "Bearer fake-bearer-2");

  // One that lives shorter than the reserve is used for half of its life.
  bench.transport.answers = {json(200, "{}"), json(200, kEndpoints), json(200, token(3, 41)),
                             json(200, "{}")};
  bench.clock.advance(std::chrono::seconds(15));
  REQUIRE(bench.ask());
  bench.clock.advance(std::chrono::seconds(10));
  REQUIRE(bench.ask());
  CHECK(header(bench.transport.sent.back(), "Authorization") == "Bearer fake-bearer-3");
}

TEST_CASE("a token that is not taken any more is fetched anew, once") {
  Bench bench;
  bench.transport.answers = {json(200, kEndpoints),
                             json(200, token(1, 3600)),
                             json(403, R"({"error_code":"403","message":"Invalid access token."})"),
                             json(200, kEndpoints),
                             json(200, token(2, 3600)),
                             json(200, "{}")};
  REQUIRE(bench.ask());
  const std::string refused = R"({"error_code":"403","message":"Invalid access token."})";
  bench.transport.answers = {json(403, refused), json(200, kEndpoints), json(200, token(3, 3600)),
                             json(403, refused)};
  const auto second = bench.ask();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::not_authenticated);
  CHECK(second.error().hint.find("a test") != std::string::npos);
}

TEST_CASE("without the vendor's discovery the documented place is used") {
  Bench bench;
  bench.transport.answers = {json(404, "<html><title>Not found</title></html>"),
                             json(200, token(1, 3600)), json(200, "{}")};
  REQUIRE(bench.ask());
  CHECK(bench.transport.sent[1].url == "http://127.0.0.1:1/oidc/v1/token");
}

TEST_CASE("a wrong client secret is said as such") {
  Bench bench;
  bench.transport.answers = {
      json(200, kEndpoints),
      json(401,
           R"({"error":"invalid_client","error_description":"Client authentication failed"})")};
  const auto answer = bench.ask();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::not_authenticated);
  CHECK(answer.error().message.find("Client authentication failed") != std::string::npos);
  CHECK(answer.error().message.find("fake-robot-secret") == std::string::npos);
}

TEST_CASE("pages are asked for until there is no next one") {
  Bench bench;
  bench.transport.answers = {json(200, kEndpoints), json(200, token(1, 3600)),
                             json(200, R"({"runs":[1,2],"next_page_token":"a b"})"),
                             json(200, R"({"runs":[3],"next_page_token":""})")};
  Client client(robot(), bench.transport, bench.clock, "");
  std::int64_t sum = 0;
  REQUIRE(client.pages("/list", {{"limit", "2"}}, "runs", "list", [&](const doc::Value& each) {
    sum += *each.integer();
    return true;
  }));
  CHECK(sum == 6);
  CHECK(bench.transport.sent.back().url == "http://127.0.0.1:1/list?limit=2&page_token=a%20b");
  bench.transport.answers = {json(200, R"({"runs":[],"next_page_token":"x"})"),
                             json(200, R"({"runs":[],"next_page_token":"x"})")};
  const Status endless =
      client.pages("/list", {}, "runs", "list", [](const auto&) { return true; });
  REQUIRE_FALSE(endless);
  CHECK(endless.error().code == ErrorCode::bad_answer);
}

TEST_CASE("every recorded error has its meaning") {
  const auto text = read_file(std::string(ORCH_TESTS) + "/data/databricks/error.json");
  REQUIRE(text);
  const auto exchanges = doc::parse_json(*text);
  REQUIRE(exchanges);
  const std::map<std::string, ErrorCode> expected = {
      {"error.401", ErrorCode::not_authenticated},
      {"error.403_invalid_token", ErrorCode::not_authenticated},
      {"error.403_plain_text", ErrorCode::permission_denied},
      {"error.details", ErrorCode::permission_denied},
      {"error.scim", ErrorCode::not_found},
      {"error.api12", ErrorCode::invalid_value},
      {"error.empty_body", ErrorCode::not_found}};
  int known = 0;
  for (const doc::Value& exchange : *exchanges->array()) {
    const auto found = expected.find(exchange.text("step"));
    if (found == expected.end()) continue;
    const doc::Value& answer = *exchange.find("response");
    const doc::Value* body = answer.find("body");
    const std::string said = body == nullptr || body->is_null() ? ""
                             : body->string() != nullptr        ? *body->string()
                                                                : doc::to_json(*body);
    const http::Request request{.url = "http://127.0.0.1:1/x"};
    const auto read =
        answer_of(request, json(static_cast<int>(*answer.find("status")->integer()), said), "ask");
    REQUIRE_FALSE(read);
    CAPTURE(found->first);
    CHECK(read.error().code == found->second);
    if (found->first == "error.details") CHECK(read.error().http->request_id == "abc");
    ++known;
  }
  CHECK(known == static_cast<int>(expected.size()));
}

TEST_CASE("errors by code before status") {
  const http::Request request{.url = "http://127.0.0.1:1/x"};
  const auto code = [&](int status, const std::string& body) {
    const auto answer = answer_of(request, json(status, body), "ask");
    REQUIRE_FALSE(answer);
    return answer.error().code;
  };
  const std::string invalid = R"({"error_code":"INVALID_PARAMETER_VALUE","message":)";
  CHECK(code(400, invalid + R"("Run 7 does not exist."})") == ErrorCode::not_found);
  CHECK(code(400, invalid + R"("Job 7 does not exist."})") == ErrorCode::not_found);
  CHECK(code(400, invalid + R"("Run: 7 in job: 3 doesn't exist"})") == ErrorCode::not_found);
  CHECK(code(400, invalid + R"("The name does not exist in this form"})") ==
        ErrorCode::invalid_value);
  CHECK(code(400, R"({"error_code":"RESOURCE_ALREADY_EXISTS","message":"x"})") ==
        ErrorCode::already_exists);
  CHECK(code(400, R"({"message":"no code"})") == ErrorCode::invalid_value);
  CHECK(code(429, "") == ErrorCode::throttled);
  CHECK(code(500, "<html><title>oops</title></html>") == ErrorCode::remote_failed);
  CHECK(code(200, "<html><title>Sign in</title></html>") == ErrorCode::bad_answer);
}
