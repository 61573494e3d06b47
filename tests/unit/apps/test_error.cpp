#include <doctest/doctest.h>

#include "base/redact.h"
#include "doc/value.h"
#include "output/error.h"

using namespace orch;
using namespace orch::output;

namespace {

Error refused() {
  Error error{ErrorCode::permission_denied, "databricks refused the job", "", {}, "databricks", {}};
  error.details = {"user a@b.c", "needs\x1b[31m CAN_MANAGE"};
  error.http = HttpDetail{"POST", "https://u:p@host/api?token=1", 403, "abc", 2};
  return error;
}

}  // namespace

TEST_CASE("the text form: what, details, request, what next") {
  CHECK(error_text(refused(), false) ==
        "orch: databricks refused the job\n"
        "  user a@b.c\n"
        "  needs\\x1b[31m CAN_MANAGE\n"
        "  request: POST https://host/api 403 id=abc attempts=2\n"
        "  ask for the permission named above\n");
}

TEST_CASE("the JSON form is one line with every field of the contract") {
  const std::string line = error_json(refused());
  CHECK(line.find('\n') == line.size() - 1);
  const auto whole = doc::parse_json(line);
  REQUIRE(whole);
  CHECK(*whole->find("schema")->string() == "orch/v1");
  const doc::Value& error = *whole->find("error");
  CHECK(*error.find("code")->string() == "permission_denied");
  CHECK(*error.find("exit")->integer() == 4);
  CHECK(*error.find("message")->string() == "databricks refused the job");
  CHECK(*error.find("hint")->string() == "ask for the permission named above");
  CHECK(*error.find("provider")->string() == "databricks");
  CHECK_FALSE(*error.find("retryable")->boolean());
  CHECK(error.find("details")->array()->size() == 2);
  const doc::Value& http = *error.find("http");
  CHECK(*http.find("url")->string() == "https://host/api");
  CHECK(*http.find("status")->integer() == 403);
  CHECK(*http.find("attempts")->integer() == 2);
}

TEST_CASE("every code has a hint and a status of the table") {
  for (const ErrorTraits& code : all_error_codes()) {
    const auto whole = doc::parse_json(error_json(Error{code.code, "x", "", {}, {}, {}}));
    REQUIRE(whole);
    CHECK_FALSE(whole->find("error")->find("hint")->string()->empty());
    CHECK(*whole->find("error")->find("exit")->integer() == code.exit_status);
  }
}

TEST_CASE("secrets are masked and broken UTF-8 is mended in both forms") {
  register_secret("hunter2hunter2");
  const Error error{ErrorCode::failed, "bad \xff hunter2hunter2", "try hunter2hunter2", {}, {}, {}};
  CHECK(error_text(error, false) == "orch: bad \\xff ****\n  try ****\n");
  const std::string json = error_json(error);
  CHECK(json.find("hunter2") == std::string::npos);
  CHECK(doc::parse_json(json));
}
