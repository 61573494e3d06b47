// One reusable libcurl handle with the options that are the same for every download.
#pragma once

#include <curl/curl.h>

#include <array>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace orch::http {

inline constexpr Duration kConnectTimeout = std::chrono::seconds(10);

// What a handle calls while it runs.
class TransferEvents {
 public:
  virtual ~TransferEvents() = default;
  // A line of the headers, its end included.
  virtual void on_header(std::string_view line) = 0;
  // Bytes of the body: how many were taken, or CURL_WRITEFUNC_PAUSE.
  virtual std::size_t on_body(std::string_view bytes) = 0;
  // False: no connection to this address.
  virtual bool may_connect(const sockaddr& address) = 0;
};

class EasyHandle {
 public:
  EasyHandle();
  ~EasyHandle();
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;

  CURL* get() const { return handle_; }
  // The part that differs. `ca_file` may be empty for http; `range` empty for a whole body.
  void prepare(const std::string& url, const std::string& ca_file, Duration timeout,
               long buffer_bytes, TransferEvents& events, void* tag);
  // Ask for the bytes from `offset` on, unless what `validator` names has changed meanwhile.
  void resume_at(std::uint64_t offset, const std::string& validator);
  void set_timeout(Duration timeout);  // 0: none

  const char* error_text() const { return error_.data(); }
  long number(CURLINFO info) const;
  curl_off_t offset(CURLINFO info) const;
  std::string text(CURLINFO info) const;
  std::string header(const char* name) const;  // of the last answer; empty when absent

 private:
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace orch::http
