#include "http/easy_handle.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>

#include "http/url.h"

namespace orch::http {
namespace {

// Slower than this for half the time-out (30 s at least) is a connection that died quietly.
constexpr long kLowBytesPerSecond = 100;
constexpr std::chrono::seconds kShortestStall{30};

std::size_t on_write(char* data, std::size_t size, std::size_t count, void* events) {
  return static_cast<TransferEvents*>(events)->on_body({data, size * count});
}

std::size_t on_header_line(char* data, std::size_t size, std::size_t count, void* events) {
  static_cast<TransferEvents*>(events)->on_header({data, size * count});
  return size * count;
}

// Our own, because curl's sockets would be inherited by children.
curl_socket_t on_open_socket(void* events, curlsocktype, curl_sockaddr* address) {
  if (!static_cast<TransferEvents*>(events)->may_connect(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

long milliseconds(Duration duration) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return duration <= Duration::zero() ? 0 : static_cast<long>(std::max<std::int64_t>(1, count));
}

}  // namespace

EasyHandle::EasyHandle() : handle_(curl_easy_init()) {
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle_, CURLOPT_USERAGENT, "orch");
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &on_write);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &on_header_line);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(kConnectTimeout));
  curl_easy_setopt(handle_, CURLOPT_LOW_SPEED_LIMIT, kLowBytesPerSecond);
  curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
}

EasyHandle::~EasyHandle() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(headers_);
}

void EasyHandle::prepare(const std::string& url, const std::string& ca_file, Duration timeout,
                         long buffer_bytes, TransferEvents& events, void* tag) {
  error_[0] = '\0';
  curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
  // Without TLS there is no HTTP/2 to wait for: everybody would wait for the first one's body.
  curl_easy_setopt(handle_, CURLOPT_PIPEWAIT, is_https_url(url) ? 1L : 0L);
  if (!ca_file.empty()) {
    curl_easy_setopt(handle_, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(handle_, CURLOPT_PROXY_CAINFO, ca_file.c_str());
  }
  curl_easy_setopt(handle_, CURLOPT_BUFFERSIZE, buffer_bytes);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &events);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &events);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, &events);
  curl_easy_setopt(handle_, CURLOPT_PRIVATE, tag);
  if (headers_ != nullptr) {
    curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(handle_, CURLOPT_RANGE, nullptr);
    curl_slist_free_all(headers_);
    headers_ = nullptr;
  }
  const auto stall = std::max<Duration>(kShortestStall, timeout / 2);
  curl_easy_setopt(handle_, CURLOPT_LOW_SPEED_TIME, milliseconds(stall) / 1000);
  set_timeout(timeout);
}

void EasyHandle::resume_at(std::uint64_t offset, const std::string& validator) {
  headers_ = curl_slist_append(nullptr, ("If-Range: " + validator).c_str());
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(handle_, CURLOPT_RANGE, fmt::format("{}-", offset).c_str());
}

void EasyHandle::set_timeout(Duration timeout) {
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, milliseconds(timeout));
}

long EasyHandle::number(CURLINFO info) const {
  long value = 0;
  curl_easy_getinfo(handle_, info, &value);
  return value;
}

curl_off_t EasyHandle::offset(CURLINFO info) const {
  curl_off_t value = 0;
  curl_easy_getinfo(handle_, info, &value);
  return value;
}

std::string EasyHandle::text(CURLINFO info) const {
  const char* value = nullptr;
  curl_easy_getinfo(handle_, info, &value);
  return value == nullptr ? std::string() : std::string(value);
}

std::string EasyHandle::header(const char* name) const {
  curl_header* found = nullptr;
  if (curl_easy_header(handle_, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
  return found->value;
}

}  // namespace orch::http
