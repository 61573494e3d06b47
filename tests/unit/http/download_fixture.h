// Runs downloads on a loop of their own until they end.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "http/downloader.h"
#include "support/temporary_directory.h"

namespace orch::http {

inline DownloadOptions quick_retries() {
  DownloadOptions options;
  options.retry_base = std::chrono::milliseconds(1);
  return options;
}

struct Ended {
  Result<DownloadReply> result;
  int attempts;
};

class DownloadFixture {
 public:
  explicit DownloadFixture(DownloadOptions options = quick_retries(),
                           Downloader::Admit admit = nullptr)
      : downloader(loop, options, std::move(admit)) {}

  std::string path(const std::string& name) const { return directory.path(name); }
  std::string content(const std::string& name = "body") const {
    return read_file(path(name)).value_or("(no file)");
  }

  Download make(const std::string& url, const std::string& name = "body") const {
    Download download;
    download.url = url;
    download.path = path(name);
    download.timeout = std::chrono::seconds(20);
    return download;
  }

  Downloader::Id start(Download download) {
    ++outstanding;
    const auto slot = std::make_shared<Downloader::Id>(0);
    *slot = downloader.start(std::move(download),
                             [this, slot](Result<DownloadReply> result, int attempts) {
                               ended.emplace(*slot, Ended{std::move(result), attempts});
                               if (--outstanding == 0) loop.stop();
                             });
    return *slot;
  }

  void run() {
    if (outstanding > 0) loop.run();
  }

  Ended fetch(Download download) {
    const auto id = start(std::move(download));
    run();
    return std::move(ended.at(id));
  }
  Ended fetch(const std::string& url) { return fetch(make(url)); }

  test::TemporaryDirectory directory;
  Loop loop;
  Downloader downloader;
  std::map<Downloader::Id, Ended> ended;
  int outstanding = 0;
};

}  // namespace orch::http
