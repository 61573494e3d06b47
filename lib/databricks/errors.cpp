#include "databricks/errors.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/redact.h"
#include "base/text.h"

namespace orch::databricks {
namespace {

constexpr std::string_view kProvider = "databricks";

struct CodeName {
  std::string_view name;
  ErrorCode code;
};
constexpr std::array<CodeName, 18> kCodes = {{
    {"RESOURCE_DOES_NOT_EXIST", ErrorCode::not_found},
    {"NOT_FOUND", ErrorCode::not_found},
    {"RESOURCE_ALREADY_EXISTS", ErrorCode::already_exists},
    {"ALREADY_EXISTS", ErrorCode::already_exists},
    {"PERMISSION_DENIED", ErrorCode::permission_denied},
    {"UNAUTHENTICATED", ErrorCode::not_authenticated},
    {"INVALID_STATE", ErrorCode::conflict},
    {"ABORTED", ErrorCode::conflict},
    {"RESOURCE_CONFLICT", ErrorCode::conflict},
    {"RESOURCE_EXHAUSTED", ErrorCode::throttled},
    {"REQUEST_LIMIT_EXCEEDED", ErrorCode::throttled},
    {"QUOTA_EXCEEDED", ErrorCode::throttled},
    {"TEMPORARILY_UNAVAILABLE", ErrorCode::remote_failed},
    {"INTERNAL_ERROR", ErrorCode::remote_failed},
    {"DATA_LOSS", ErrorCode::remote_failed},
    {"FEATURE_DISABLED", ErrorCode::unsupported},
    {"INVALID_PARAMETER_VALUE", ErrorCode::invalid_value},
    {"MALFORMED_REQUEST", ErrorCode::invalid_value},
}};

// "Run 7 does not exist.", "Run: 7 in job: 3 doesn't exist", "Job 3 does not exist.": 400 with
// INVALID_PARAMETER_VALUE, but it means not found.
bool says_missing(std::string_view message) {
  for (const std::string_view thing : {"Run ", "Run: ", "Job ", "Cluster "}) {
    if (message.find(thing) == std::string_view::npos) continue;
    if (message.find("does not exist") != std::string_view::npos ||
        message.find("doesn't exist") != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// The code of {"error_code"}, or of a plain text "CODE: message".
std::string code_in(const std::string& body) {
  if (const auto answer = doc::parse_json(body, "the answer")) return answer->text("error_code");
  const std::string_view text = trim(body);
  const std::string_view code = text.substr(0, text.find(':'));
  const bool is_code =
      code.size() < text.size() && !code.empty() &&
      code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
  return std::string(is_code ? code : std::string_view());
}

std::string message_in(const std::string& body) {
  const auto answer = doc::parse_json(body, "the answer");
  return answer ? answer->text("message") : body;
}

std::string request_id_in(const std::string& body) {
  const auto answer = doc::parse_json(body, "the answer");
  if (!answer) return {};
  for (const doc::Value& detail : answer->list("details")) {
    if (std::string id = detail.text("request_id"); !id.empty()) return printable(id);
  }
  return {};
}

Error private_link(const http::Request& request, const http::Response& response) {
  Error error;
  error.code = ErrorCode::unreachable;
  error.message = fmt::format("{} sends this network to a login page instead of answering",
                              show_url(request.url));
  error.hint = "the workspace is reached through its private link only: run orch in that network";
  error.provider = kProvider;
  error.http = http::detail_of(request, response);
  error.http->sent = false;  // nobody that counts has read it
  return error;
}

bool is_login_page(const http::Response& response) {
  const bool redirect = response.status >= 300 && response.status < 400;
  return redirect && response.header("location").find("login.html") != std::string::npos;
}

}  // namespace

Result<doc::Value> answer_of(const http::Request& request, const Result<http::Response>& response,
                             std::string_view what) {
  if (response && is_login_page(*response)) return fail(private_link(request, *response));
  auto answer = http::json_answer(request, response, kProvider, what);
  if (answer || !response || response->ok()) return answer;
  Error error = std::move(answer).error();
  const std::string code = code_in(response->body);
  const auto* known = std::find_if(kCodes.begin(), kCodes.end(),
                                   [&](const CodeName& each) { return each.name == code; });
  if (known != kCodes.end()) error.code = known->code;
  if (error.code == ErrorCode::invalid_value && says_missing(message_in(response->body))) {
    error.code = ErrorCode::not_found;
  }
  if (response->status == 403 &&
      message_in(response->body).find("access token") != std::string::npos) {
    error.code = ErrorCode::not_authenticated;
  }
  if (error.code == ErrorCode::not_found) error.hint = "look for it in the workspace";
  if (error.http && error.http->request_id.empty()) {
    error.http->request_id = request_id_in(response->body);
  }
  return fail(std::move(error));
}

http::RetryTable retry_table() {
  http::RetryTable table;
  table.texts = {"UnknownWorkerEnvironmentException",
                 "does not have any associated worker environments",
                 "There is no worker environment with id",
                 "Unknown worker environment",
                 "ClusterNotReadyException",
                 "Unexpected error",
                 "Please try again later or try a faster operation.",
                 "RPC token bucket limit has been exceeded"};
  return table;
}

}  // namespace orch::databricks
