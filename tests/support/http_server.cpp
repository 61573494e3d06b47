#include "support/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

namespace orch::test {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

int listen_on_loopback(int& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, generic, length) != 0 || ::listen(fd, 1024) != 0 ||
      ::getsockname(fd, generic, &length) != 0) {
    std::abort();
  }
  port = ntohs(address.sin_port);
  return fd;
}

HttpRequest parse_request(const std::string& head) {
  HttpRequest request;
  const auto first = head.substr(0, head.find("\r\n"));
  request.method = first.substr(0, first.find(' '));
  const auto start = request.method.size() + 1;
  request.target = first.substr(start, first.find(' ', start) - start);
  for (std::size_t at = first.size() + 2; at < head.size();) {
    const auto end = head.find("\r\n", at);
    const std::string line = head.substr(at, end - at);
    const auto colon = line.find(": ");
    if (colon != std::string::npos) {
      request.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
    if (end == std::string::npos) break;
    at = end + 2;
  }
  return request;
}

}  // namespace

std::string HttpRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

// One accepted socket: blocking calls that end when the server stops.
class HttpServer::Connection {
 public:
  Connection(int fd, int stop, void* tls_context) : fd_(fd), stop_(stop) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls_context != nullptr) {
      tls_ = SSL_new(static_cast<SSL_CTX*>(tls_context));
      SSL_set_fd(tls_, fd);
    }
  }
  ~Connection() {
    if (tls_ != nullptr) SSL_free(tls_);
    if (fd_ >= 0) ::close(fd_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool shake_hands() { return tls_ == nullptr || (readable(-1) && SSL_accept(tls_) == 1); }

  std::optional<HttpRequest> read_request() {
    for (;;) {
      const auto end = buffer_.find("\r\n\r\n");
      if (end != std::string::npos) {
        HttpRequest request = parse_request(buffer_.substr(0, end));
        const std::string length = request.header("content-length");
        const std::size_t size = length.empty() ? 0 : std::stoul(length);
        if (buffer_.size() >= end + 4 + size) {
          request.body = buffer_.substr(end + 4, size);
          buffer_.erase(0, end + 4 + size);
          return request;
        }
      }
      char bytes[4096];
      const long count = receive(bytes, sizeof bytes);
      if (count <= 0) return std::nullopt;
      buffer_.append(bytes, static_cast<std::size_t>(count));
      if (buffer_.front() == '\x16') {  // TLS on a plain port: as real servers do
        send_all(answer_bytes(400, "plain HTTP only"));
        return std::nullopt;
      }
    }
  }

  // False when the connection is over.
  bool play(const Step& step) {
    switch (step.kind) {
      case Step::Kind::send:
        return send_all(step.bytes);
      case Step::Kind::drip:
        for (const char byte : step.bytes) {
          if (!send_all({&byte, 1}) || !pause(step.pause)) return false;
        }
        return true;
      case Step::Kind::wait:
        return pause(step.pause);
      case Step::Kind::close:
        return false;
      case Step::Kind::reset: {
        const linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(std::exchange(fd_, -1));
        return false;
      }
      case Step::Kind::hang:
        while (readable(-1)) {
          char bytes[4096];
          if (receive(bytes, sizeof bytes) <= 0) break;
        }
        return false;
    }
    return false;
  }

 private:
  // False when the server stops.
  bool readable(int milliseconds) {
    pollfd fds[2] = {{fd_, POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(fds, 2, milliseconds);
    return (fds[1].revents & POLLIN) == 0;
  }

  bool pause(std::chrono::milliseconds time) {
    pollfd stop{stop_, POLLIN, 0};
    return ::poll(&stop, 1, static_cast<int>(time.count())) == 0;
  }

  long receive(char* bytes, int size) {
    if (tls_ != nullptr) {
      if (SSL_pending(tls_) == 0 && !readable(-1)) return -1;
      return SSL_read(tls_, bytes, size);
    }
    if (!readable(-1)) return -1;
    return ::recv(fd_, bytes, static_cast<std::size_t>(size), 0);
  }

  bool send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      pollfd fds[2] = {{fd_, POLLOUT, 0}, {stop_, POLLIN, 0}};
      ::poll(fds, 2, -1);
      if ((fds[1].revents & POLLIN) != 0) return false;
      const long count = tls_ != nullptr
                             ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                             : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  int fd_;
  int stop_;
  SSL* tls_ = nullptr;
  std::string buffer_;
};

HttpServer::HttpServer(Handler handler, const Tls& tls) : handler_(std::move(handler)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  if (!tls.certificate.empty()) {
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context, tls.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, tls.key.c_str(), SSL_FILETYPE_PEM) != 1) {
      std::abort();
    }
    tls_context_ = context;
  }
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) std::abort();
  stop_read_ = pipe_ends[0];
  stop_write_ = pipe_ends[1];
  listener_ = listen_on_loopback(port_);
  acceptor_ = std::thread([this] { accept_loop(); });
}

HttpServer::~HttpServer() {
  const char stop = 0;
  if (::write(stop_write_, &stop, 1) != 1) std::abort();
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  for (const int fd : {listener_, stop_read_, stop_write_}) ::close(fd);
  SSL_CTX_free(static_cast<SSL_CTX*>(tls_context_));
}

std::string HttpServer::url(const std::string& target) const {
  return fmt::format("{}://127.0.0.1:{}{}", tls_context_ != nullptr ? "https" : "http", port_,
                     target);
}

std::vector<HttpRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpServer::accept_loop() {
  for (;;) {
    pollfd fds[2] = {{listener_, POLLIN, 0}, {stop_read_, POLLIN, 0}};
    ::poll(fds, 2, -1);
    if ((fds[1].revents & POLLIN) != 0) return;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const int number = connections_++;
    threads_.emplace_back([this, fd, number] { serve(fd, number); });
  }
}

void HttpServer::serve(int fd, int number) {
  Connection connection(fd, stop_read_, tls_context_);
  if (!connection.shake_hands()) return;
  while (auto request = connection.read_request()) {
    request->connection = number;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    const int now = ++at_once_;
    for (int most = most_at_once_; now > most;) {
      if (most_at_once_.compare_exchange_weak(most, now)) break;
    }
    const Script script = handler_(*request);
    const bool goes_on = std::all_of(script.begin(), script.end(),
                                     [&](const Step& step) { return connection.play(step); });
    --at_once_;
    if (!goes_on) return;
  }
}

std::string answer_bytes(int status, std::string_view body, const Headers& headers) {
  std::string text = fmt::format("HTTP/1.1 {} Whatever\r\n", status);
  bool has_length = false;
  for (const auto& [name, value] : headers) {
    text += fmt::format("{}: {}\r\n", name, value);
    has_length =
        has_length || lower(name) == "content-length" || lower(name) == "transfer-encoding";
  }
  if (!has_length) text += fmt::format("Content-Length: {}\r\n", body.size());
  text += "\r\n";
  text += body;
  return text;
}

Script answer(int status, std::string_view body, const Headers& headers) {
  return {send(answer_bytes(status, body, headers))};
}

Script redirect(int status, const std::string& location) {
  return answer(status, "moved", {{"Location", location}});
}

Script serve_range(const HttpRequest& request, std::string_view body, const std::string& etag) {
  const std::string range = request.header("range");
  const Headers headers = {{"ETag", etag}, {"Accept-Ranges", "bytes"}};
  if (!range.starts_with("bytes=") || request.header("if-range") != etag) {
    return answer(200, body, headers);
  }
  const std::size_t from = std::stoul(range.substr(6));
  if (from >= body.size()) return answer(416);
  Headers partial = headers;
  partial.emplace_back("Content-Range",
                       fmt::format("bytes {}-{}/{}", from, body.size() - 1, body.size()));
  return answer(206, body.substr(from), partial);
}

Step send(std::string bytes) { return {Step::Kind::send, std::move(bytes), {}}; }
Step drip(std::string bytes, std::chrono::milliseconds pause) {
  return {Step::Kind::drip, std::move(bytes), pause};
}
Step wait(std::chrono::milliseconds pause) { return {Step::Kind::wait, {}, pause}; }
Step close_connection() { return {Step::Kind::close, {}, {}}; }
Step reset_connection() { return {Step::Kind::reset, {}, {}}; }
Step hang() { return {Step::Kind::hang, {}, {}}; }

int closed_port() {
  int port = 0;
  ::close(listen_on_loopback(port));
  return port;
}

}  // namespace orch::test
