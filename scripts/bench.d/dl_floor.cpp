// The floor of downloading: libcurl's multi interface and nothing else.
// usage: dl_floor LIST CONNECTIONS h1|h2 DIRECTORY|-
// Bodies go to DIRECTORY/<index>, or are only counted. Prints one JSON line.
#include <curl/curl.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Slot {
  CURL* handle = nullptr;
  int fd = -1;
  std::size_t bytes = 0;
};

struct Totals {
  std::size_t ok = 0;
  std::size_t failed = 0;
  std::size_t bytes = 0;
};

std::size_t on_write(char* data, std::size_t size, std::size_t count, void* to) {
  auto& slot = *static_cast<Slot*>(to);
  slot.bytes += size * count;
  if (slot.fd >= 0 && ::write(slot.fd, data, size * count) < 0) return 0;
  return size * count;
}

class Floor {
 public:
  Floor(std::vector<std::string> urls, std::size_t connections, bool h2, std::string directory)
      : urls_(std::move(urls)), h2_(h2), directory_(std::move(directory)), slots_(connections) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections) + 8);
    curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, 128L);
    for (Slot& slot : slots_) prepare(slot);
  }

  Totals run() {
    for (Slot& slot : slots_) next(slot);
    while (live_ > 0) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      collect();
      if (live_ > 0) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    return totals_;
  }

 private:
  void prepare(Slot& slot) {
    slot.handle = curl_easy_init();
    curl_easy_setopt(slot.handle, CURLOPT_WRITEFUNCTION, &on_write);
    curl_easy_setopt(slot.handle, CURLOPT_WRITEDATA, &slot);
    curl_easy_setopt(slot.handle, CURLOPT_PRIVATE, &slot);
    curl_easy_setopt(slot.handle, CURLOPT_BUFFERSIZE, 131072L);
    curl_easy_setopt(slot.handle, CURLOPT_NOSIGNAL, 1L);
    if (const char* ca = std::getenv("SSL_CERT_FILE")) {
      curl_easy_setopt(slot.handle, CURLOPT_CAINFO, ca);
    }
    curl_easy_setopt(slot.handle, CURLOPT_HTTP_VERSION,
                     static_cast<long>(h2_ ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    if (h2_) curl_easy_setopt(slot.handle, CURLOPT_PIPEWAIT, 1L);
  }

  void next(Slot& slot) {
    if (next_ == urls_.size()) return;
    if (directory_ != "-") {
      slot.fd = ::open((directory_ + "/" + std::to_string(next_)).c_str(),
                       O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    }
    slot.bytes = 0;
    curl_easy_setopt(slot.handle, CURLOPT_URL, urls_[next_++].c_str());
    curl_multi_add_handle(multi_, slot.handle);
    ++live_;
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* const handle = message->easy_handle;
      char* tag = nullptr;
      long status = 0;
      curl_easy_getinfo(handle, CURLINFO_PRIVATE, &tag);
      curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
      auto& slot = *static_cast<Slot*>(static_cast<void*>(tag));
      ++(code == CURLE_OK && status == 200 ? totals_.ok : totals_.failed);
      totals_.bytes += slot.bytes;
      if (slot.fd >= 0) ::close(std::exchange(slot.fd, -1));
      curl_multi_remove_handle(multi_, handle);
      --live_;
      next(slot);
    }
  }

  std::vector<std::string> urls_;
  bool h2_;
  std::string directory_;
  std::vector<Slot> slots_;
  CURLM* multi_ = nullptr;
  std::size_t next_ = 0;
  std::size_t live_ = 0;
  Totals totals_;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  std::ifstream file(argv[1]);
  std::vector<std::string> urls;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) urls.push_back(line);
  }
  Floor floor(std::move(urls), std::stoul(argv[2]), std::string(argv[3]) == "h2", argv[4]);
  const auto start = std::chrono::steady_clock::now();
  const Totals totals = floor.run();
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"ok\":%zu,\"failed\":%zu,\"bytes\":%zu,\"wall_s\":%.4f,\"cpu_s\":%.3f,\"rss_kib\":%ld}\n",
      totals.ok, totals.failed, totals.bytes, wall,
      seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
  return totals.failed != 0;
}
