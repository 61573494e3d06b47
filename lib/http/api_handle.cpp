#include "http/api_handle.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "base/redact.h"
#include "base/text.h"
#include "http/ca_bundle.h"
#include "http/failure.h"
#include "http/url.h"

namespace orch::http {
namespace {

curl_socket_t on_open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

long milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

CURL* new_handle() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  return started == CURLE_OK ? curl_easy_init() : nullptr;
}

Status check_headers(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of("\r\n") == std::string::npos) continue;
    return fail(ErrorCode::invalid_value,
                fmt::format("the header {} would hold a line break", printable(name)),
                "look at the value it is made of");
  }
  return {};
}

}  // namespace

ApiHandle::ApiHandle(const EnvMap& environment, const CurlOptions& options)
    : environment_(environment), options_(options), handle_(new_handle()) {}

ApiHandle::~ApiHandle() {
  if (handle_ != nullptr) curl_easy_cleanup(handle_);
}

std::size_t ApiHandle::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& handle = *static_cast<ApiHandle*>(self);
  std::string& body = handle.response_.body;
  handle.too_large_ = body.size() + size * count > handle.options_.max_body;
  if (handle.too_large_) return 0;
  body.append(data, size * count);
  return size * count;
}

std::size_t ApiHandle::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& handle = *static_cast<ApiHandle*>(self);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {  // also the answer after an interim one
    handle.response_.headers.clear();
    handle.headers_ended_ = false;
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    handle.response_.headers.emplace_back(lower(trim(line.substr(0, colon))),
                                          trim(line.substr(colon + 1)));
  } else if (trim(line).empty()) {
    handle.headers_ended_ = true;
  }
  return size * count;
}

int ApiHandle::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<ApiHandle*>(self)->options_.stop() ? 1 : 0;
}

Status ApiHandle::prepare(const Request& request) {
  if (handle_ == nullptr) return fail(ErrorCode::failed, "libcurl did not start");
  ORCH_TRY(check_headers(request));
  if (is_https_url(request.url) && ca_file_.empty()) {
    ca_file_ = ORCH_TRY(find_ca_bundle(environment_));
  }
  request_ = &request;
  response_ = {};
  too_large_ = headers_ended_ = false;
  error_[0] = '\0';
  curl_easy_reset(handle_);
  set_connection(request);
  set(CURLOPT_ACCEPT_ENCODING, "");  // whatever it can decode; the cap is on decoded bytes
  set(CURLOPT_WRITEFUNCTION, &ApiHandle::on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &ApiHandle::on_header);
  set(CURLOPT_HEADERDATA, this);
  if (options_.stop) {
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &ApiHandle::on_progress);
    set(CURLOPT_XFERINFODATA, this);
  }
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (has_body) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
  set_headers(request);
  return {};
}

void ApiHandle::set_connection(const Request& request) {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_USERAGENT, "orch/" ORCH_VERSION);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_HTTP_VERSION,
      static_cast<long>(request.speaks_http2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
                                             : CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_timeout));
  set(CURLOPT_TIMEOUT_MS, milliseconds(options_.timeout));
  set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  // On a kept connection that dies without an answer libcurl sends again by itself, a POST, too.
  if (!request.may_be_repeated()) set(CURLOPT_FRESH_CONNECT, 1L);
  if (request.speaks_http2) {
    // curl 7.88 fails when it uses such a connection a second time.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
  }
  if (request.is_direct) set(CURLOPT_NOPROXY, "*");
  if (ca_file_.empty()) return;
  set(CURLOPT_CAINFO, ca_file_.c_str());
  set(CURLOPT_PROXY_CAINFO, ca_file_.c_str());
}

void ApiHandle::set_headers(const Request& request) {
  curl_slist* list = nullptr;
  // Not 100-continue (a second of waiting), and no form type that nobody asked for.
  for (const char* none : {"Expect:", "Content-Type:"}) {
    const bool given =
        std::any_of(request.headers.begin(), request.headers.end(),
                    [&](const auto& header) { return lower(header.first) + ":" == lower(none); });
    if (!given) list = curl_slist_append(list, none);
  }
  for (const auto& [name, value] : request.headers) {
    list = curl_slist_append(list, fmt::format("{}: {}", name, value).c_str());
  }
  set(CURLOPT_HTTPHEADER, list);
  headers_.reset(list);
}

Result<Response> ApiHandle::conclude(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (code == CURLE_OK && headers_ended_) return std::move(response_);
  return fail(failure(code == CURLE_OK ? CURLE_RECV_ERROR : code));
}

Error ApiHandle::failure(CURLcode code) {
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    return {ErrorCode::interrupted, "interrupted", "run the command again", {}, {}, {}};
  }
  if (too_large_) {
    Error error{ErrorCode::bad_answer,
                fmt::format("{}: the answer is larger than {}", printable(show_url(request_->url)),
                            format_size(options_.max_body)),
                "ask for less at a time",
                {},
                {},
                {}};
    error.http = detail();
    return error;
  }
  AttemptFacts facts;
  facts.url = request_->url;
  facts.last_url = request_->url;
  facts.curl_code = code;
  facts.status = response_.status;
  facts.detail = error_.data();
  long os_error = 0;
  curl_easy_getinfo(handle_, CURLINFO_OS_ERRNO, &os_error);
  facts.os_error = static_cast<int>(os_error);
  curl_off_t pretransfer = 0;
  curl_easy_getinfo(handle_, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
  facts.connected = pretransfer > 0 || facts.status != 0;
  facts.headers_ended = headers_ended_;
  facts.received = response_.body.size();
  facts.connect_timeout = options_.connect_timeout;
  facts.timeout = options_.timeout;
  facts.ca_file = ca_file_;
  Error error = describe_curl_error(facts).error;
  error.http = detail();
  error.http->sent = facts.connected;
  if (error.code == ErrorCode::timed_out) error.hint = "try again later, or check the server";
  if (error.code == ErrorCode::bad_answer) {
    error.hint = "the server or something on the way cuts answers short";
  }
  return error;
}

HttpDetail ApiHandle::detail() const {
  return {request_->method, show_url(request_->url), response_.status, {}, 1, true};
}

}  // namespace orch::http
