#include "http/curl_loop.h"

#include <unistd.h>

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
  if (collecting_) loop_.cancel(collect_timer_);
}

bool CurlLoop::add(CURL* handle) {
  // A connection remembers these from whoever opened it.
  curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, &CurlLoop::on_opened);
  curl_easy_setopt(handle, CURLOPT_SOCKOPTDATA, this);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, &CurlLoop::on_close);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, this);
  return curl_multi_add_handle(multi_, handle) == CURLM_OK;
}

void CurlLoop::remove(CURL* handle) { curl_multi_remove_handle(multi_, handle); }

void CurlLoop::unpause(CURL* handle) {
  inside_ = true;  // it hands over what it held back
  curl_easy_pause(handle, CURLPAUSE_CONT);
  inside_ = false;
}

int CurlLoop::on_opened(void* data, curl_socket_t socket, curlsocktype) {
  auto& self = *static_cast<CurlLoop*>(data);
  self.forget(socket);
  self.connections_[socket] = {};
  return CURL_SOCKOPT_OK;
}

int CurlLoop::on_close(void* data, curl_socket_t socket) {
  static_cast<CurlLoop*>(data)->forget(socket);
  return ::close(socket);
}

void CurlLoop::forget(curl_socket_t socket) {
  if (connections_.erase(socket) != 0) loop_.unwatch(socket);
}

int CurlLoop::on_socket(CURL*, curl_socket_t socket, int what, void* data, void*) {
  auto& self = *static_cast<CurlLoop*>(data);
  const std::uint32_t interest = ((what & CURL_POLL_IN) != 0 ? Loop::kRead : 0U) |
                                 ((what & CURL_POLL_OUT) != 0 ? Loop::kWrite : 0U);
  const auto connection = self.connections_.find(socket);
  if (connection == self.connections_.end()) {  // a question for a name
    what == CURL_POLL_REMOVE ? self.loop_.unwatch(socket) : self.watch(socket, interest);
    return 0;
  }
  // Between two transfers a connection stays watched: leaving epoll and coming back would cost two
  // system calls an input.
  Connection& known = connection->second;
  known.idle = what == CURL_POLL_REMOVE;
  if (known.idle || known.interest == interest) return 0;
  known.watched ? self.loop_.set_interest(socket, interest) : self.watch(socket, interest);
  known.watched = true;
  known.interest = interest;
  return 0;
}

// -1 from on_socket would end every transfer; one whose socket cannot be watched times out.
void CurlLoop::watch(curl_socket_t socket, std::uint32_t interest) {
  static_cast<void>(loop_.watch(socket, interest,
                                [this, socket](std::uint32_t ready) { ready_now(socket, ready); }));
}

void CurlLoop::ready_now(curl_socket_t socket, std::uint32_t ready) {
  const auto connection = connections_.find(socket);
  if (connection != connections_.end() && connection->second.idle) {
    // The server has hung up: curl sees it when it next wants this connection.
    connection->second.interest = 0;
    loop_.set_interest(socket, 0);
    return;
  }
  act(socket, ((ready & Loop::kRead) != 0 ? CURL_CSELECT_IN : 0) |
                  ((ready & Loop::kWrite) != 0 ? CURL_CSELECT_OUT : 0));
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

// What ended is collected when every ready socket has had its turn, so that the next requests go
// out together: one by one, each would wake a server that has just gone to sleep.
void CurlLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  inside_ = true;
  curl_multi_socket_action(multi_, socket, events, &running);
  inside_ = false;
  if (std::exchange(collecting_, true)) return;
  collect_timer_ = loop_.at(loop_.now(), [this] {
    collecting_ = false;
    collect();
  });
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
