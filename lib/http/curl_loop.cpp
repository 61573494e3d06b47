#include "http/curl_loop.h"

#include <utility>

namespace orch::http {
namespace {

// Streams on one HTTP/2 connection before another is opened.
constexpr long kStreams = 64;

void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(started);
}

}  // namespace

CurlLoop::CurlLoop(Loop& loop, int connections, Ended ended)
    : loop_(loop), ended_(std::move(ended)) {
  start_libcurl();
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, kStreams);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections) + 8);
}

CurlLoop::~CurlLoop() {
  inside_ = true;  // closing connections still calls on_socket
  curl_multi_cleanup(multi_);
  if (timer_armed_) loop_.cancel(timer_);
}

bool CurlLoop::add(CURL* handle) { return curl_multi_add_handle(multi_, handle) == CURLM_OK; }

void CurlLoop::remove(CURL* handle) { curl_multi_remove_handle(multi_, handle); }

void CurlLoop::unpause(CURL* handle) {
  inside_ = true;  // it hands over what it held back
  curl_easy_pause(handle, CURLPAUSE_CONT);
  inside_ = false;
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* data, void* known) {
  auto& self = *static_cast<CurlLoop*>(data);
  if (what == CURL_POLL_REMOVE) {
    if (known != nullptr) self.loop_.unwatch(socket);
    return 0;
  }
  const std::uint32_t interest = ((what & CURL_POLL_IN) != 0 ? Loop::kRead : 0U) |
                                 ((what & CURL_POLL_OUT) != 0 ? Loop::kWrite : 0U);
  if (known != nullptr) {
    self.loop_.set_interest(socket, interest);
    return 0;
  }
  const Status watched = self.loop_.watch(socket, interest, [&self, socket](std::uint32_t ready) {
    const int events = ((ready & Loop::kRead) != 0 ? CURL_CSELECT_IN : 0) |
                       ((ready & Loop::kWrite) != 0 ? CURL_CSELECT_OUT : 0);
    self.act(socket, events);
  });
  if (!watched) return 0;  // -1 would end every transfer; this one times out
  curl_multi_assign(self.multi_, socket, &self);
  return 0;
}

int CurlLoop::on_timer(CURLM*, long milliseconds, void* data) {
  auto& self = *static_cast<CurlLoop*>(data);
  self.has_due_ = milliseconds >= 0;
  if (!self.has_due_) return 0;
  self.due_ = self.loop_.clock().steady() + std::chrono::milliseconds(milliseconds);
  self.arm();
  return 0;
}

// Curl moves its timer with every transfer; ours is only ever moved to an earlier time, and looks
// again when it fires.
void CurlLoop::arm() {
  if (timer_armed_ && timer_at_ <= due_) return;
  if (timer_armed_) loop_.cancel(timer_);
  timer_armed_ = true;
  timer_at_ = due_;
  timer_ = loop_.at(due_, [this] {
    timer_armed_ = false;
    if (!has_due_) return;
    if (loop_.clock().steady() < due_) {
      arm();
      return;
    }
    has_due_ = false;
    act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  inside_ = true;
  curl_multi_socket_action(multi_, socket, events, &running);
  inside_ = false;
  collect();
}

void CurlLoop::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const handle = message->easy_handle;  // the message dies with the handle's removal
    const CURLcode code = message->data.result;
    ended_(handle, code);
  }
}

}  // namespace orch::http
