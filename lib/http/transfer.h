// One download on its way through attempts and redirects: what to ask for, what to take, and what
// an attempt's end means. When it runs is the Downloader's business.
#pragma once

#include <optional>
#include <string>

#include "http/body_file.h"
#include "http/downloader.h"
#include "http/easy_handle.h"
#include "http/failure.h"
#include "http/schedule.h"

namespace orch::http {

class Transfer : public TransferEvents {
 public:
  Transfer(Downloader::Id id, Download download, Downloader::Done done,
           const Downloader::Admit& admit, int max_redirects);

  // How an attempt ended.
  enum class Next {
    done,    // the file is there
    failed,  // for good, see `error`
    parked,  // not admitted, and put off until it is: see resume()
    again,   // at once: a redirect, or from zero because it cannot be resumed
    retry,   // after a wait
  };
  struct Conclusion {
    Next next = Next::failed;
    Error error;
    HostVerdict verdict = HostVerdict::none;
    std::string retry_after;  // the header
    int status = 0;
  };

  Downloader::Id id() const { return id_; }
  const std::string& url() const { return url_; }        // of the current hop
  const std::string& origin() const { return origin_; }  // of that
  int attempts() const { return attempt_; }
  std::uint64_t bytes() const { return body_.size(); }
  bool is_paused() const { return paused_; }
  EasyHandle* handle() const { return handle_; }
  SteadyTime first_start() const { return first_start_; }

  void begin(EasyHandle& handle, const std::string& ca_file, long buffer_bytes, SteadyTime now);
  Conclusion conclude(CURLcode code);
  void detach() { handle_ = nullptr; }   // the attempt never began
  void next_attempt();                   // before a retry begins
  void abandon() { abandoned_ = true; }  // cancelled from inside a callback of curl
  bool is_abandoned() const { return abandoned_; }
  // Before it is asked again: the time it was held up is not the server's.
  void unpause();
  // For a parked one: whether it is admitted now.
  bool ask_again();

  DownloadReply reply(SteadyTime now) const;
  Downloader::Done take_done() { return std::move(done_); }

  void on_header(std::string_view line) override;
  std::size_t on_body(std::string_view bytes) override;
  bool may_connect(const sockaddr& address) override;

 private:
  std::size_t hold_up(std::uint64_t wanted);
  bool begin_body();
  bool begin_partial();
  bool take_in(Status status);
  void remember_validator(int status);
  Conclusion redirect(const std::string& location);
  Conclusion succeed();
  AttemptFacts facts(CURLcode code) const;
  Conclusion fail_with(Failure failure) const;
  Conclusion from_zero();

  const Downloader::Id id_;
  const Download download_;
  Downloader::Done done_;
  const Downloader::Admit& admit_;
  const int max_redirects_;

  std::string url_;
  std::string origin_;
  int attempt_ = 1;
  int redirects_ = 0;
  SteadyTime first_start_{};
  BodyFile body_;
  std::uint64_t admitted_ =
      0;                   // the most bytes ever asked for: a second attempt asks for more only
  std::string validator_;  // ETag or date of what body_ holds; empty: cannot be resumed
  std::string body_url_;   // where that came from
  std::optional<std::uint64_t> expected_;
  std::string content_type_;
  bool abandoned_ = false;

  // Of the current attempt.
  EasyHandle* handle_ = nullptr;
  std::string ca_file_;
  bool resuming_ = false;
  // Curl takes headers that the connection's end cuts off for a whole answer without a body.
  bool headers_ended_ = false;
  bool begun_ = false;       // the first bytes of a body came, or its end
  bool discarding_ = false;  // the body of an error or redirect
  std::uint64_t discarded_ = 0;
  bool must_restart_ = false;
  bool refused_address_ = false;
  std::optional<Error> own_error_;  // why we ended it
  bool paused_ = false;
  std::uint64_t parked_for_ = 0;  // the bytes that were refused; 0: not parked
  std::chrono::steady_clock::time_point paused_at_{};
  Duration held_up_{};
};

}  // namespace orch::http
