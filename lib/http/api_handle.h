// One easy handle of libcurl for API calls: a Request in, a Result<Response> out. Who drives it, at
// once or on an event loop, is the caller's business.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "http/api.h"

namespace orch::http {

class ApiHandle {
 public:
  // Starts libcurl, and with it OpenSSL, when it is the first.
  ApiHandle(const EnvMap& environment, const CurlOptions& options);
  ~ApiHandle();
  ApiHandle(const ApiHandle&) = delete;
  ApiHandle& operator=(const ApiHandle&) = delete;

  CURL* get() const { return handle_; }
  // All options anew; connections stay. The request must live until conclude().
  Status prepare(const Request& request);
  // What the end of the transfer means.
  Result<Response> conclude(CURLcode code);

 private:
  struct FreeHeaders {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  void set_connection(const Request& request);
  void set_headers(const Request& request);
  Error failure(CURLcode code);
  HttpDetail detail() const;
  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_, option, value);
  }

  EnvMap environment_;
  CurlOptions options_;
  CURL* handle_ = nullptr;
  std::string ca_file_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<curl_slist, FreeHeaders> headers_;
  // Of the current transfer.
  const Request* request_ = nullptr;
  Response response_;
  bool too_large_ = false;
  bool headers_ended_ = false;
};

}  // namespace orch::http
