// orch's downloader on a list of URLs, to be paired with dl_floor.
// usage: download LIST START_CONNECTIONS MAX_CONNECTIONS DIRECTORY
// Bodies go to DIRECTORY/<index>. Prints one JSON line.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "http/downloader.h"

namespace {

using orch::http::Download;
using orch::http::Downloader;
using orch::http::DownloadOptions;
using orch::http::DownloadReply;

struct Totals {
  std::size_t ok = 0;
  std::size_t failed = 0;
  std::uint64_t bytes = 0;
  int most_active = 0;
};

class Driver {
 public:
  Driver(std::vector<std::string> urls, DownloadOptions options, std::string directory)
      : urls_(std::move(urls)),
        directory_(std::move(directory)),
        downloader_(loop_, options, nullptr) {}

  Totals run() {
    feed();
    if (next_ > 0) loop_.run();
    return totals_;
  }

 private:
  void feed() {
    while (next_ < urls_.size() && downloader_.room() > 0) {
      Download download;
      download.url = urls_[next_];
      download.path = directory_ + "/" + std::to_string(next_++);
      download.timeout = std::chrono::seconds(30);
      download.max_bytes = 64 << 20;
      downloader_.start(std::move(download), [this](orch::Result<DownloadReply> reply, int) {
        ended(std::move(reply));
      });
    }
    totals_.most_active = std::max(totals_.most_active, downloader_.active());
  }

  void ended(orch::Result<DownloadReply> reply) {
    if (reply) {
      ++totals_.ok;
      totals_.bytes += reply->bytes;
    } else {
      if (++totals_.failed == 1) std::fprintf(stderr, "%s\n", reply.error().message.c_str());
    }
    feed();
    if (totals_.ok + totals_.failed == urls_.size()) loop_.stop();
  }

  std::vector<std::string> urls_;
  std::string directory_;
  std::size_t next_ = 0;
  Totals totals_;
  orch::Loop loop_;
  Downloader downloader_;
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
  DownloadOptions options;
  options.start_connections = std::stoi(argv[2]);
  options.max_connections = std::stoi(argv[3]);
  Driver driver(std::move(urls), options, argv[4]);
  const auto start = std::chrono::steady_clock::now();
  const Totals totals = driver.run();
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"ok\":%zu,\"failed\":%zu,\"bytes\":%llu,\"wall_s\":%.4f,\"cpu_s\":%.3f,"
      "\"rss_kib\":%ld,\"most_active\":%d}\n",
      totals.ok, totals.failed, static_cast<unsigned long long>(totals.bytes), wall,
      seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss, totals.most_active);
  return totals.failed != 0;
}
