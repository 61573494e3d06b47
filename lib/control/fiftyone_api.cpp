#include "control/fiftyone_api.h"

#include <fmt/core.h>

#include "base/redact.h"
#include "base/text.h"

namespace orch::control {
namespace {

constexpr std::string_view kProvider = "fiftyone";
constexpr const char* kNewKey =
    "make a key in FiftyOne: Settings, API keys; keys belong to one deployment";

http::Request request_to(const FiftyOneSettings& settings, std::string_view path) {
  http::Request request;
  request.url = settings.api_uri + std::string(path);
  request.headers = {{"X-API-Key", settings.api_key}};
  request.repeatable = true;
  request.only_looks = true;
  return request;
}

tl::unexpected<Error> not_fiftyone(std::string what) {
  Error error;
  error.code = ErrorCode::bad_answer;
  error.message = std::move(what);
  error.provider = kProvider;
  error.hint =
      "the address is that of the API service, often https://….fiftyone.ai or an own host name, "
      "not of the web pages";
  return fail(std::move(error));
}

}  // namespace

Status check_fiftyone_health(const FiftyOneSettings& settings, http::Transport& transport) {
  const http::Request request = request_to(settings, "/health");
  auto answer = http::json_answer(request, transport.send(request), kProvider,
                                  "ask FiftyOne's API for its health");
  if (!answer && answer.error().code == ErrorCode::not_found) {
    return not_fiftyone(fmt::format("{}: no FiftyOne API answers there", show_url(request.url)));
  }
  const std::string status = ORCH_TRY(std::move(answer)).text("status");
  if (status == "available") return {};
  if (status.empty()) {
    return not_fiftyone(fmt::format("{} does not say its status", show_url(request.url)));
  }
  return fail(
      ErrorCode::remote_failed,
      fmt::format("FiftyOne's API says it is {}, not available", printable(fit(status, 80))),
      "wait for it; the logs of the deployment's API say more");
}

Result<std::string> fiftyone_viewer(const FiftyOneSettings& settings, http::Transport& transport) {
  http::Request request = request_to(settings, "/graphql/v1");
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = R"({"query":"query {viewer {id}}","variables":null})";
  auto sent = http::json_answer(request, transport.send(request), kProvider, "sign in");
  if (!sent && sent.error().code == ErrorCode::not_authenticated) sent.error().hint = kNewKey;
  if (!sent && sent.error().code == ErrorCode::permission_denied) {
    sent.error().hint = "use the key of an admin; a guest's may not call the API";
  }
  const doc::Value answer = ORCH_TRY(std::move(sent));
  // An answer with both is a failure, too.
  if (const auto& errors = answer.list("errors"); !errors.empty()) {
    return fail(
        ErrorCode::remote_failed,
        fmt::format("cannot sign in: {}", printable(redact(errors.front().text("message")))),
        "try again later; the logs of the deployment's API say more");
  }
  const doc::Value* data = answer.find("data");
  const doc::Value* viewer = data == nullptr ? nullptr : data->find("viewer");
  if (viewer == nullptr) return not_fiftyone("the answer to `viewer {id}` holds no viewer");
  const std::string id = viewer->text("id");
  if (!id.empty()) return id;
  return fail(ErrorCode::not_authenticated, "FiftyOne's API knows nobody by this key", kNewKey);
}

}  // namespace orch::control
