// A scripted HTTP server on raw sockets: it sends exactly the bytes it is told to, so a test can
// make every answer that a real server never gives. Loopback, a free port, a thread a connection.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace orch::test {

struct HttpRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // as Content-Length says
  int connection = 0;                          // counted from 0
  std::string header(const std::string& name) const;
};

// What the server does for one request, step by step. After the last step it reads the next
// request on the same connection.
struct Step {
  enum class Kind {
    send,   // bytes
    drip,   // bytes, one each `pause`
    wait,   // for `pause`
    close,  // FIN
    reset,  // RST
    hang,   // keep the connection, send nothing, until the client leaves
  };
  Kind kind = Kind::send;
  std::string bytes;
  std::chrono::milliseconds pause{0};
};
using Script = std::vector<Step>;

using Headers = std::vector<std::pair<std::string, std::string>>;
// A well-formed answer; Content-Length is added unless a header names it or Transfer-Encoding.
std::string answer_bytes(int status, std::string_view body, const Headers& headers = {});
Script answer(int status, std::string_view body = {}, const Headers& headers = {});
Script redirect(int status, const std::string& location);
// Serves `body` whole, or the part that Range (with a matching If-Range) asks for.
Script serve_range(const HttpRequest& request, std::string_view body, const std::string& etag);

Step send(std::string bytes);
Step drip(std::string bytes, std::chrono::milliseconds pause);
Step wait(std::chrono::milliseconds pause);
Step close_connection();
Step reset_connection();
Step hang();

class HttpServer {
 public:
  using Handler = std::function<Script(const HttpRequest&)>;
  struct Tls {
    std::string certificate;  // PEM files
    std::string key;
  };

  explicit HttpServer(Handler handler) : HttpServer(std::move(handler), Tls{}) {}
  HttpServer(Handler handler, const Tls& tls);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& target = "/") const;  // http(s)://127.0.0.1:PORT/…
  std::vector<HttpRequest> requests() const;
  int connections() const { return connections_; }
  int most_at_once() const { return most_at_once_; }  // requests being answered

 private:
  class Connection;
  void accept_loop();
  void serve(int fd, int number);

  Handler handler_;
  void* tls_context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  int stop_read_ = -1;
  int stop_write_ = -1;
  std::atomic<int> connections_{0};
  std::atomic<int> at_once_{0};
  std::atomic<int> most_at_once_{0};
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A port of 127.0.0.1 on which nothing listens.
int closed_port();

}  // namespace orch::test
