#include "databricks/client.h"

#include <fmt/core.h>

#include "base/encode.h"
#include "base/text.h"
#include "databricks/errors.h"

namespace orch::databricks {
namespace {

bool says_expired(const Error& error) {
  return error.http && (error.http->status == 401 || error.http->status == 403) &&
         (error.message.find("oken") != std::string::npos || error.http->status == 401);
}

}  // namespace

Client::Client(Identity identity, http::Transport& transport, Clock& clock,
               std::string cache_directory)
    : identity_(std::move(identity)),
      transport_(transport),
      tokens_(identity_, transport, clock, std::move(cache_directory)) {}

std::string Client::url(std::string_view path, const Query& query) const {
  std::string url = identity_.host + std::string(path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += fmt::format("{}{}={}", separator, name, percent_encode(value));
    separator = '&';
  }
  return url;
}

Status Client::sign_in() {
  ORCH_TRY(tokens_.bearer());
  return {};
}

// A whole answer of 2xx, signed in; once more with a new token when a kept one was revoked.
Result<http::Response> Client::send(http::Request request, std::string_view what) {
  const http::HeaderList given = request.headers;
  for (bool again = false;; again = true) {
    request.headers = given;
    request.headers.emplace_back("Authorization", "Bearer " + ORCH_TRY(tokens_.bearer()));
    if (!identity_.workspace_id.empty()) {
      request.headers.emplace_back("X-Databricks-Workspace-Id", identity_.workspace_id);
    }
    auto response = transport_.send(request);
    if (response && response->ok()) return response;
    Error error = answer_of(request, response, what).error();
    if (!again && tokens_.can_fetch() && says_expired(error)) {
      tokens_.forget();
      continue;
    }
    if (error.code == ErrorCode::not_authenticated) {
      error.hint = fmt::format("the credentials come from {}: check or renew them", identity_.from);
    } else if (error.code == ErrorCode::permission_denied) {
      error.hint = fmt::format("grant it in the workspace; orch signs in with {}", identity_.from);
    }
    return fail(std::move(error));
  }
}

Result<http::Response> Client::raw(http::Request request, std::string_view what) {
  return send(std::move(request), what);
}

Result<doc::Value> Client::call(http::Request request, std::string_view what) {
  request.headers.emplace_back("Accept", "application/json");
  const http::Response response = ORCH_TRY(send(request, what));
  return answer_of(request, response, what);
}

Result<doc::Value> Client::get(std::string_view path, const Query& query, std::string_view what) {
  http::Request request;
  request.url = url(path, query);
  return call(std::move(request), what);
}

Result<doc::Value> Client::post(std::string_view path, const doc::Value& body,
                                std::string_view what, Repeat repeat) {
  http::Request request;
  request.method = "POST";
  request.url = url(path);
  request.headers = {{"Content-Type", "application/json"}};
  request.body = doc::to_json(body);
  request.repeatable = repeat == Repeat::yes;
  return call(std::move(request), what);
}

Status Client::pages(std::string_view path, Query query, std::string_view key,
                     std::string_view what, const std::function<bool(const doc::Value&)>& each) {
  const std::size_t own = query.size();
  std::string last;
  while (true) {
    const doc::Value page = ORCH_TRY(get(path, query, what));
    for (const doc::Value& element : page.list(key)) {
      if (!each(element)) return {};
    }
    std::string next = page.text("next_page_token");
    if (next.empty()) return {};
    if (next == last) {
      return fail(ErrorCode::bad_answer, fmt::format("cannot {}: its pages do not end", what));
    }
    last = next;
    query.resize(own);
    query.emplace_back("page_token", std::move(next));
  }
}

const doc::Value& member_of(const doc::Value& value, std::string_view key) {
  static const doc::Value none;
  const doc::Value* member = value.find(key);
  return member == nullptr ? none : *member;
}

std::string id_of(const doc::Value& value, std::string_view key) {
  const doc::Value& member = member_of(value, key);
  if (member.integer() != nullptr) return std::to_string(*member.integer());
  if (member.big_number() != nullptr) return member.big_number()->text;
  return member.string() != nullptr ? *member.string() : std::string();
}

std::int64_t integer_of(const doc::Value& value, std::string_view key) {
  const doc::Value& member = member_of(value, key);
  return member.integer() != nullptr ? *member.integer() : 0;
}

}  // namespace orch::databricks
