// libcurl's multi interface on orch's event loop. The only place that moves curl along.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <unordered_map>

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
  struct Connection {
    std::uint32_t interest = 0;
    bool watched = false;  // the loop has a handler for it
    bool idle = false;     // no transfer uses it now
  };

  static int on_socket(CURL* handle, curl_socket_t socket, int what, void* self, void*);
  static int on_opened(void* self, curl_socket_t socket, curlsocktype);
  static int on_close(void* self, curl_socket_t socket);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void forget(curl_socket_t socket);
  void watch(curl_socket_t socket, std::uint32_t interest);
  void ready_now(curl_socket_t socket, std::uint32_t ready);
  void arm();
  void act(curl_socket_t socket, int events);
  void collect();

  Loop& loop_;
  Ended ended_;
  CURLM* multi_ = nullptr;
  std::unordered_map<curl_socket_t, Connection> connections_;
  bool inside_ = false;
  bool has_due_ = false;
  SteadyTime due_{};  // when curl wants to be called
  Loop::TimerId timer_ = 0;
  SteadyTime timer_at_{};
  bool timer_armed_ = false;
  bool collecting_ = false;
  Loop::TimerId collect_timer_ = 0;
};

}  // namespace orch::http
