#include "http/downloader.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/redact.h"
#include "base/text.h"
#include "http/ca_bundle.h"
#include "http/curl_loop.h"
#include "http/limit.h"
#include "http/retry.h"
#include "http/transfer.h"
#include "http/url.h"

namespace orch::http {
namespace {

// Memory for receive buffers, shared by as many as run: 128 KiB each for 64, 32 KiB for 256.
constexpr long kBufferBudget = 8L << 20;
constexpr long kSmallestBuffer = 16L << 10;
constexpr long kLargestBuffer = 128L << 10;
// Transfers held at all, the ones that wait for their retry included, per allowed connection.
constexpr int kHeldPerConnection = 4;

}  // namespace

struct Downloader::State {
  struct Held {
    std::unique_ptr<Transfer> transfer;
    Loop::TimerId retry_timer = 0;
    bool waits_for_retry = false;
  };

  State(Loop& the_loop, DownloadOptions the_options, Admit the_admit)
      : loop(the_loop),
        options(the_options),
        admit(std::move(the_admit)),
        limit(options.start_connections, options.max_connections),
        schedule(options.per_host),
        random(system_random().next()) {
    retry.base = options.retry_base;
  }

  ~State() {
    if (is_posted) loop.cancel(post_timer);
    if (opening) loop.cancel(opening_timer);
    for (auto& [id, held] : transfers) {
      if (held.waits_for_retry) loop.cancel(held.retry_timer);
      if (held.transfer->handle() != nullptr) curl->remove(held.transfer->handle()->get());
    }
  }

  void pump();
  void run(Transfer& transfer);
  EasyHandle& idle_handle();
  void ended(CURL* handle, CURLcode code);
  void settle(Transfer& transfer, Transfer::Conclusion end);
  void wait_for_retry(Transfer& transfer, const Transfer::Conclusion& end);
  void finish(Id id, Result<DownloadReply> result);
  void cancel(Id id);
  void post();
  void posted();
  void ask_paused();
  bool must_defer() const { return asking || (curl && curl->is_inside()); }
  void await_opening();
  Result<std::string> ca_file_for(const std::string& url);

  Loop& loop;
  DownloadOptions options;
  Admit admit;
  AdaptiveLimit limit;
  Schedule schedule;
  RetryPolicy retry;
  SeededRandom random;

  std::unique_ptr<CurlLoop> curl;  // from the first transfer on
  std::deque<EasyHandle> handles;
  std::vector<EasyHandle*> idle;
  std::unordered_map<Id, Held> transfers;
  std::optional<Result<std::string>> ca_file;
  Id next_id = 1;
  int running = 0;
  std::vector<Id> parked;  // they keep their place among the running
  bool asking = false;

  // What must wait until we are out of curl and of start().
  bool is_posted = false;
  bool must_resume = false;
  Loop::TimerId post_timer = 0;
  std::vector<std::pair<Id, Error>> refused;
  std::vector<Id> cancelled;
  Loop::TimerId opening_timer = 0;
  std::optional<SteadyTime> opening;
};

void Downloader::State::pump() {
  if (must_defer()) {
    post();
    return;
  }
  while (running + static_cast<int>(parked.size()) < limit.limit()) {
    const auto id = schedule.next(loop.now());
    if (!id) break;
    ++running;
    run(*transfers.at(*id).transfer);
  }
  await_opening();
}

void Downloader::State::run(Transfer& transfer) {
  const auto refuse = [&](Error error) {
    --running;
    schedule.release(transfer.origin(), HostVerdict::none, loop.now());
    refused.emplace_back(transfer.id(), std::move(error));
    post();
  };
  auto certificates = ca_file_for(transfer.url());
  if (!certificates) {
    refuse(std::move(certificates).error());
    return;
  }
  if (!curl) {
    curl = std::make_unique<CurlLoop>(loop, options.max_connections,
                                      [this](CURL* handle, CURLcode code) { ended(handle, code); });
  }
  EasyHandle& handle = idle_handle();
  const long buffer = std::clamp(kBufferBudget / limit.limit(), kSmallestBuffer, kLargestBuffer);
  transfer.begin(handle, *certificates, buffer, loop.now());
  if (!curl->add(handle.get())) {
    transfer.detach();
    idle.push_back(&handle);
    refuse({ErrorCode::failed,
            fmt::format("cannot start the download of {}", show_url(transfer.url())),
            {},
            {},
            {},
            {}});
  }
}

EasyHandle& Downloader::State::idle_handle() {
  if (idle.empty()) return handles.emplace_back();
  EasyHandle* const handle = idle.back();
  idle.pop_back();
  return *handle;
}

void Downloader::State::ended(CURL* curl_handle, CURLcode code) {
  char* tag = nullptr;
  curl_easy_getinfo(curl_handle, CURLINFO_PRIVATE, &tag);
  Transfer& transfer = *static_cast<Transfer*>(static_cast<void*>(tag));
  EasyHandle& handle = *transfer.handle();
  const std::string origin = transfer.origin();  // a redirect changes it
  Transfer::Conclusion end = transfer.conclude(code);
  const auto bytes = static_cast<std::uint64_t>(handle.offset(CURLINFO_SIZE_DOWNLOAD_T));
  const auto took = std::chrono::microseconds(handle.offset(CURLINFO_TOTAL_TIME_T));
  curl->remove(curl_handle);
  idle.push_back(&handle);

  const SteadyTime now = loop.now();
  limit.finished(now, bytes, took, running >= limit.limit());
  --running;
  std::optional<SteadyTime> closed_until;
  if (end.status == 429) {
    if (const auto wait = parse_retry_after(end.retry_after, loop.clock().wall())) {
      closed_until = now + std::min(*wait, retry.longest_retry_after);
    }
  }
  schedule.release(origin, end.verdict, now, closed_until);
  settle(transfer, std::move(end));
  pump();
}

void Downloader::State::settle(Transfer& transfer, Transfer::Conclusion end) {
  if (transfer.is_abandoned()) return;  // posted() removes it
  switch (end.next) {
    case Transfer::Next::done:
      finish(transfer.id(), transfer.reply(loop.now()));
      break;
    case Transfer::Next::failed:
      finish(transfer.id(), fail(std::move(end.error)));
      break;
    case Transfer::Next::parked:
      parked.push_back(transfer.id());
      break;
    case Transfer::Next::again:
      schedule.push_front(transfer.id(), transfer.origin());
      break;
    case Transfer::Next::retry:
      wait_for_retry(transfer, end);
      break;
  }
}

void Downloader::State::wait_for_retry(Transfer& transfer, const Transfer::Conclusion& end) {
  const Duration delay = retry.delay(
      transfer.attempts(), parse_retry_after(end.retry_after, loop.clock().wall()), random);
  Held& held = transfers.at(transfer.id());
  held.waits_for_retry = true;
  held.retry_timer = loop.after(delay, [this, &held] {
    held.waits_for_retry = false;
    held.transfer->next_attempt();
    schedule.push_front(held.transfer->id(), held.transfer->origin());
    pump();
  });
}

void Downloader::State::finish(Id id, Result<DownloadReply> result) {
  auto held = transfers.extract(id);
  const int attempts = held.mapped().transfer->attempts();
  const Done done = held.mapped().transfer->take_done();
  held.mapped().transfer.reset();  // a failed one's file is gone before anybody is told
  if (done) done(std::move(result), attempts);
}

void Downloader::State::cancel(Id id) {
  const auto found = transfers.find(id);
  if (found == transfers.end()) return;
  Transfer& transfer = *found->second.transfer;
  if (must_defer()) {
    transfer.abandon();
    cancelled.push_back(id);
    post();
    return;
  }
  if (found->second.waits_for_retry) {
    loop.cancel(found->second.retry_timer);
  } else if (transfer.handle() != nullptr) {
    curl->remove(transfer.handle()->get());
    idle.push_back(transfer.handle());
    --running;
    schedule.release(transfer.origin(), HostVerdict::none, loop.now());
  } else {
    schedule.remove(id, transfer.origin());
    std::erase(parked, id);
  }
  transfers.erase(found);
  pump();
}

void Downloader::State::post() {
  if (std::exchange(is_posted, true)) return;
  post_timer = loop.after(Duration::zero(), [this] { posted(); });
}

void Downloader::State::posted() {
  is_posted = false;
  for (auto& [id, error] : std::exchange(refused, {})) {
    if (transfers.contains(id)) finish(id, fail(std::move(error)));
  }
  for (const Id id : std::exchange(cancelled, {})) cancel(id);
  if (std::exchange(must_resume, false)) ask_paused();
  pump();
}

void Downloader::State::ask_paused() {
  asking = true;  // the answers may cancel: later
  std::vector<Transfer*> paused;
  for (auto& [id, held] : transfers) {
    if (held.transfer->is_paused()) paused.push_back(held.transfer.get());
  }
  for (Transfer* transfer : paused) {
    transfer->unpause();
    curl->unpause(transfer->handle()->get());
  }
  std::erase_if(parked, [this](Id id) {
    Transfer& transfer = *transfers.at(id).transfer;
    if (transfer.is_abandoned() || !transfer.ask_again()) return false;
    schedule.push_front(id, transfer.origin());
    return true;
  });
  asking = false;
}

void Downloader::State::await_opening() {
  const auto next = schedule.next_opening();
  if (next == opening) return;
  if (opening) loop.cancel(opening_timer);
  opening = next;
  if (!opening) return;
  opening_timer = loop.at(*opening, [this] {
    opening.reset();
    pump();
  });
}

Result<std::string> Downloader::State::ca_file_for(const std::string& url) {
  if (!is_https_url(url)) return std::string();
  if (!ca_file) ca_file = find_ca_bundle(process_environment());
  return *ca_file;
}

Downloader::Downloader(Loop& loop, DownloadOptions options, Admit admit)
    : state_(std::make_unique<State>(loop, options, std::move(admit))) {}

Downloader::~Downloader() = default;

int Downloader::room() const {
  if (state_->schedule.has_ready()) return 0;
  const int limit = std::min(state_->limit.limit(), state_->options.max_connections);
  const int held = kHeldPerConnection * state_->options.max_connections - active();
  const int busy = state_->running + static_cast<int>(state_->parked.size());
  return std::max(0, std::min(limit - busy, held));
}

Downloader::Id Downloader::start(Download download, Done done) {
  State& state = *state_;
  const Id id = state.next_id++;
  const std::string url = download.url;
  auto transfer = std::make_unique<Transfer>(id, std::move(download), std::move(done), state.admit,
                                             state.options.max_redirects);
  if (is_http_url(url)) {
    state.schedule.push(id, transfer->origin());
  } else {
    state.refused.emplace_back(id,
                               Error{ErrorCode::invalid_value,
                                     fmt::format("{}: only http and https URLs can be downloaded",
                                                 printable(show_url(url))),
                                     {},
                                     {},
                                     {},
                                     {}});
    state.post();
  }
  state.transfers.emplace(id, State::Held{std::move(transfer), 0, false});
  state.pump();
  return id;
}

void Downloader::cancel(Id id) { state_->cancel(id); }

void Downloader::resume() {
  state_->must_resume = true;
  state_->post();
}

int Downloader::active() const { return static_cast<int>(state_->transfers.size()); }

}  // namespace orch::http
