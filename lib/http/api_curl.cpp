// CurlTransport of http/api.h: one easy handle, kept for its connections.
#include <curl/curl.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/redact.h"
#include "base/text.h"
#include "http/api.h"
#include "http/ca_bundle.h"
#include "http/failure.h"
#include "http/url.h"

namespace orch::http {
namespace {

struct Answer {
  Response response;
  std::uint64_t max_body = 0;
  bool too_large = false;
  bool headers_ended = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& answer = *static_cast<Answer*>(self);
  answer.too_large = answer.response.body.size() + size * count > answer.max_body;
  if (answer.too_large) return 0;
  answer.response.body.append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& answer = *static_cast<Answer*>(self);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {  // also the answer after an interim one
    answer.response.headers.clear();
    answer.headers_ended = false;
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    answer.response.headers.emplace_back(lower(trim(line.substr(0, colon))),
                                         trim(line.substr(colon + 1)));
  } else if (trim(line).empty()) {
    answer.headers_ended = true;
  }
  return size * count;
}

curl_socket_t on_open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<const std::function<bool()>*>(self))() ? 1 : 0;
}

long milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderSlist = std::unique_ptr<curl_slist, FreeHeaders>;

class CurlTransport : public Transport {
 public:
  CurlTransport(const EnvMap& environment, const CurlOptions& options)
      : environment_(environment), options_(options) {}
  ~CurlTransport() override {
    if (handle_ != nullptr) curl_easy_cleanup(handle_);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  Result<Response> send(const Request& request) override {
    for (const auto& [name, value] : request.headers) {
      if ((name + value).find_first_of("\r\n") == std::string::npos) continue;
      return fail(ErrorCode::invalid_value,
                  fmt::format("the header {} would hold a line break", printable(name)),
                  "look at the value it is made of");
    }
    ORCH_TRY(start(request.url));
    Answer answer;
    answer.max_body = options_.max_body;
    const HeaderSlist headers = prepare(request, answer);
    const CURLcode code = curl_easy_perform(handle_);
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    answer.response.status = static_cast<int>(status);
    if (code == CURLE_OK && answer.headers_ended) return std::move(answer.response);
    return fail(failure(request, answer, code == CURLE_OK ? CURLE_RECV_ERROR : code));
  }

 private:
  // libcurl, and with it OpenSSL, is started by the first request.
  Status start(const std::string& url) {
    if (is_https_url(url) && ca_file_.empty()) ca_file_ = ORCH_TRY(find_ca_bundle(environment_));
    if (handle_ != nullptr) return {};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    handle_ = curl_easy_init();
    if (handle_ == nullptr) return fail(ErrorCode::failed, "libcurl did not start");
    return {};
  }

  // All options anew, connections stay. The list must live until the request has been made.
  HeaderSlist prepare(const Request& request, Answer& answer) {
    curl_easy_reset(handle_);
    error_[0] = '\0';
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_USERAGENT, "orch/" ORCH_VERSION);
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_HTTP_VERSION,
        static_cast<long>(request.speaks_http2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
                                               : CURL_HTTP_VERSION_2TLS));
    if (request.speaks_http2) {
      // curl 7.88 fails when it uses such a connection a second time.
      set(CURLOPT_FRESH_CONNECT, 1L);
      set(CURLOPT_FORBID_REUSE, 1L);
    }
    if (request.is_direct) set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_ACCEPT_ENCODING, "");  // whatever it can decode; the cap is on decoded bytes
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_timeout));
    set(CURLOPT_TIMEOUT_MS, milliseconds(options_.timeout));
    set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, &answer);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, &answer);
    // On a kept connection that dies without an answer libcurl sends again by itself, a POST, too.
    if (!request.may_be_repeated()) set(CURLOPT_FRESH_CONNECT, 1L);
    if (options_.stop) {
      set(CURLOPT_NOPROGRESS, 0L);
      set(CURLOPT_XFERINFOFUNCTION, &on_progress);
      set(CURLOPT_XFERINFODATA, &options_.stop);
    }
    if (!ca_file_.empty()) {
      set(CURLOPT_CAINFO, ca_file_.c_str());
      set(CURLOPT_PROXY_CAINFO, ca_file_.c_str());
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
    return HeaderSlist(list);
  }

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_, option, value);
  }

  Error failure(const Request& request, const Answer& answer, CURLcode code) {
    if (code == CURLE_ABORTED_BY_CALLBACK) {
      return {ErrorCode::interrupted, "interrupted", "run the command again", {}, {}, {}};
    }
    if (answer.too_large) {
      Error error{ErrorCode::bad_answer,
                  fmt::format("{}: the answer is larger than {}", printable(show_url(request.url)),
                              format_size(options_.max_body)),
                  "ask for less at a time",
                  {},
                  {},
                  {}};
      error.http = detail(request, answer);
      return error;
    }
    AttemptFacts facts;
    facts.url = request.url;
    facts.last_url = request.url;
    facts.curl_code = code;
    facts.status = answer.response.status;
    facts.detail = error_.data();
    long os_error = 0;
    curl_easy_getinfo(handle_, CURLINFO_OS_ERRNO, &os_error);
    facts.os_error = static_cast<int>(os_error);
    curl_off_t pretransfer = 0;
    curl_easy_getinfo(handle_, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
    facts.connected = pretransfer > 0 || facts.status != 0;
    facts.headers_ended = answer.headers_ended;
    facts.received = answer.response.body.size();
    facts.connect_timeout = options_.connect_timeout;
    facts.timeout = options_.timeout;
    facts.ca_file = ca_file_;
    Error error = describe_curl_error(facts).error;
    error.http = detail(request, answer);
    error.http->sent = facts.connected;
    if (error.code == ErrorCode::timed_out) error.hint = "try again later, or check the server";
    if (error.code == ErrorCode::bad_answer)
      error.hint = "the server or something on the way cuts answers short";
    return error;
  }

  static HttpDetail detail(const Request& request, const Answer& answer) {
    return {request.method, show_url(request.url), answer.response.status, {}, 1, true};
  }

  EnvMap environment_;
  CurlOptions options_;
  CURL* handle_ = nullptr;
  std::string ca_file_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace

std::unique_ptr<Transport> curl_transport(const EnvMap& environment, const CurlOptions& options) {
  return std::make_unique<CurlTransport>(environment, options);
}

}  // namespace orch::http
