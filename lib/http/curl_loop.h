// libcurl's multi interface on orch's event loop. The only place that moves curl along.
#pragma once

#include <curl/curl.h>

#include <functional>

#include "base/loop.h"

namespace orch::http {

class CurlLoop {
 public:
  // Called once for each added handle that ends, outside of curl: it may add and remove handles.
  using Ended = std::function<void(CURL*, CURLcode)>;

  // Starts libcurl (and with it OpenSSL) when it is the first.
  CurlLoop(Loop& loop, int connections, Ended ended);
  ~CurlLoop();  // every handle must have been removed
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  bool add(CURL* handle);
  void remove(CURL* handle);
  void unpause(CURL* handle);
  // True inside a callback of curl, where handles must not be added or removed.
  bool is_inside() const { return inside_; }

 private:
  static int on_socket(CURL* handle, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void arm();
  void act(curl_socket_t socket, int events);
  void collect();

  Loop& loop_;
  Ended ended_;
  CURLM* multi_ = nullptr;
  bool inside_ = false;
  bool has_due_ = false;
  SteadyTime due_{};  // when curl wants to be called
  Loop::TimerId timer_ = 0;
  SteadyTime timer_at_{};
  bool timer_armed_ = false;
};

}  // namespace orch::http
