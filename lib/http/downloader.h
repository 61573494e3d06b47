// Many downloads at once into files, on the caller's event loop. The only thing orch fetches
// without credentials: inputs of jobs. (API calls: http/transport.h, from the providers on.)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/loop.h"
#include "base/result.h"

namespace orch::http {

struct DownloadOptions {
  int start_connections = 64;  // grows while that makes it faster …
  int max_connections = 256;   // … to this
  int per_host = 256;
  int max_redirects = 5;
  Duration retry_base = std::chrono::milliseconds(500);  // the first wait is drawn from [0, this)
};

struct Download {
  std::string url;   // http or https
  std::string path;  // created 0600; removed again unless the download ends well
  Duration timeout;  // of one attempt, whole
  int retries = 3;   // 429/502/503/504, connection errors, short bodies; resumed where possible
  std::uint64_t max_bytes = 0;  // of the body as it arrives (never decompressed); 0: no limit
};

struct DownloadReply {
  std::uint64_t bytes = 0;
  int attempts = 1;
  std::string content_type;
  Duration took{};  // from the first attempt's start, waits between attempts included
};

// Error codes: invalid_value (URL), not_found (404, 410), permission_denied (401, 403),
// throttled, remote_failed (5xx), unreachable, tls_failed, timed_out, bad_answer (short body,
// over max_bytes, redirect loop), output_failed (disk).
class Downloader {
 public:
  using Id = std::uint64_t;
  using Done = std::function<void(Result<DownloadReply>, int attempts)>;
  // Asked before a file grows by that much: false pauses this transfer until resume() is called.
  // Bytes fetched again after a failed attempt are not asked for twice.
  using Admit = std::function<bool(Id, std::uint64_t bytes)>;

  // Callbacks may call anything here, but not destroy the Downloader.
  Downloader(Loop& loop, DownloadOptions options, Admit admit);
  ~Downloader();  // running downloads are cancelled
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  // How many more transfers it wants now; start() beyond that queues inside.
  int room() const;
  Id start(Download download, Done done);  // `done` is never called from inside start()
  void cancel(Id id);                      // its `done` is not called
  void resume();                           // paused transfers ask again
  int active() const;                      // started and not done: queued and waiting ones too

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace orch::http
