// What an API's answer means (http/api.h).
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/redact.h"
#include "base/text.h"
#include "http/api.h"
#include "http/failure.h"

namespace orch::http {
namespace {

constexpr std::size_t kLongestWords = 300;

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
      return ErrorCode::not_authenticated;
    case 403:
      return ErrorCode::permission_denied;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 409:
      return ErrorCode::conflict;
    case 429:
      return ErrorCode::throttled;
    default:
      if (status >= 500) return ErrorCode::remote_failed;
      return status >= 400 ? ErrorCode::invalid_value : ErrorCode::bad_answer;
  }
}

// The words of the usual forms: {"message"}, {"error": "…"}, {"error": {"message"}}, {"detail"},
// {"errors": [{"message"}]}.
std::string words_of(const doc::Value& answer) {
  for (const char* key : {"message", "detail", "error_description", "Message"}) {
    if (std::string words = answer.text(key); !words.empty()) return words;
  }
  const doc::Value* error = answer.find("error");
  if (error != nullptr && error->string() != nullptr) return *error->string();
  if (error != nullptr) return error->text("message");
  const doc::Value* errors = answer.find("errors");
  if (errors != nullptr && errors->array() != nullptr && !errors->array()->empty()) {
    return errors->array()->front().text("message");
  }
  return {};
}

bool starts_tag(std::string_view text, std::string_view tag) {
  return lower(text.substr(0, tag.size())) == tag;
}

// The first words of a page that a proxy or gateway put in the answer's place: its title, else the
// first line of text.
std::string words_of_page(std::string_view page) {
  std::string title;
  for (std::size_t at = 0; at < page.size(); ++at) {
    if (!starts_tag(page.substr(at), "<title")) continue;
    const std::size_t begin = page.find('>', at);
    const std::size_t end = page.find('<', begin);
    if (begin != std::string_view::npos && end != std::string_view::npos) {
      title = trim(page.substr(begin + 1, end - begin - 1));
    }
    break;
  }
  if (!title.empty()) return title;
  std::string text;
  bool tag = false;
  for (const char c : page) {
    if (c == '<') tag = true;
    if (!tag && (c != '\n' || !trim(text).empty())) text += c;
    if (c == '>') tag = false;
    if (c == '\n' && !trim(text).empty()) break;
  }
  return std::string(trim(text));
}

// As a server says it, in one short line without what was sent to it.
std::string words_of_body(const Response& response) {
  const auto answer = doc::parse_json(response.body, "the answer");
  const std::string words = answer ? words_of(*answer) : words_of_page(response.body);
  return fit(printable(redact(trim(words))), kLongestWords);
}

std::string request_id_of(const Response& response) {
  for (const char* name : {"x-request-id", "x-amzn-requestid", "x-amz-request-id", "request-id",
                           "x-databricks-request-id", "x-correlation-id"}) {
    if (std::string id = response.header(name); !id.empty()) return printable(id);
  }
  return {};
}

Error error_of(const Request& request, const Response& response, ErrorCode code,
               std::string_view provider, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.provider = provider;
  error.http = detail_of(request, response);
  return error;
}

}  // namespace

HttpDetail detail_of(const Request& request, const Response& response) {
  return {request.method, show_url(request.url), response.status, request_id_of(response),
          response.attempts};
}

std::string Response::header(std::string_view lower_case_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first == lower_case_name;
  });
  return found == headers.end() ? std::string() : found->second;
}

Result<doc::Value> json_answer(const Request& request, const Result<Response>& response,
                               std::string_view provider, std::string_view what) {
  if (!response) {
    Error error = response.error();
    error.provider = provider;
    error.message = fmt::format("cannot {}: {}", what, error.message);
    return fail(std::move(error));
  }
  if (!response->ok()) {
    const std::string words = words_of_body(*response);
    return fail(error_of(request, *response, code_of(response->status), provider,
                         fmt::format("cannot {}: {}{}", what, status_text(response->status),
                                     words.empty() ? "" : ": " + words)));
  }
  if (trim(response->body).empty()) return doc::Value();
  auto answer = doc::parse_json(response->body, "the answer");
  if (answer) return std::move(*answer);
  const bool page = trim(response->body).starts_with('<');
  return fail(error_of(
      request, *response, ErrorCode::bad_answer, provider,
      fmt::format("cannot {}: {}", what,
                  page ? fmt::format("a web page came instead of an answer: {}",
                                     fit(printable(words_of_page(response->body)), kLongestWords))
                       : "the answer is no JSON")));
}

}  // namespace orch::http
