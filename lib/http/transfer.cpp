#include "http/transfer.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>

#include <utility>

#include "base/redact.h"
#include "base/text.h"
#include "http/resume.h"
#include "http/url.h"

namespace orch::http {
namespace {

// The body of an error page is read, for the connection's sake, up to here.
constexpr std::uint64_t kMostDiscarded = 64 << 10;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// 169.254.0.0/16 and fe80::/10: metadata services of clouds live there.
bool is_link_local(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return (ntohl(v4.sin_addr.s_addr) >> 16) == 0xA9FE;
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    return IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) != 0;
  }
  return false;
}

}  // namespace

Transfer::Transfer(Downloader::Id id, Download download, Downloader::Done done,
                   const Downloader::Admit& admit, int max_redirects)
    : id_(id),
      download_(std::move(download)),
      done_(std::move(done)),
      admit_(admit),
      max_redirects_(max_redirects),
      url_(download_.url),
      origin_(origin_of(url_)),
      body_(download_.path) {}

void Transfer::begin(EasyHandle& handle, const std::string& ca_file, long buffer_bytes,
                     SteadyTime now) {
  if (first_start_ == SteadyTime{}) first_start_ = now;
  handle_ = &handle;
  ca_file_ = ca_file;
  headers_ended_ = begun_ = discarding_ = must_restart_ = refused_address_ = paused_ = false;
  discarded_ = 0;
  held_up_ = Duration::zero();
  handle.prepare(url_, ca_file, download_.timeout, buffer_bytes, *this, this);
  resuming_ = body_.size() > 0 && !validator_.empty();
  if (resuming_) handle.resume_at(body_.size(), validator_);
}

void Transfer::next_attempt() {
  ++attempt_;
  redirects_ = 0;
  url_ = download_.url;
  origin_ = origin_of(url_);
}

void Transfer::on_header(std::string_view line) {
  if (line.starts_with("HTTP/")) headers_ended_ = false;  // the answer after an interim one
  if (line == "\r\n" || line == "\n") headers_ended_ = true;
}

std::size_t Transfer::on_body(std::string_view bytes) {
  if (abandoned_ || (!begun_ && !begin_body())) return 0;
  if (discarding_) {
    discarded_ += bytes.size();
    return discarded_ > kMostDiscarded ? 0 : bytes.size();
  }
  const std::uint64_t size = body_.size() + bytes.size();
  if (download_.max_bytes != 0 && size > download_.max_bytes) {
    take_in(fail(ErrorCode::bad_answer,
                 fmt::format("{}: the body is larger than max_bytes ({})", show_url(download_.url),
                             format_size(download_.max_bytes)),
                 "raise max_bytes: of the download stage"));
    return 0;
  }
  if (size > admitted_) {
    if (admit_ && !admit_(id_, size - admitted_)) return hold_up(size - admitted_);
    if (abandoned_) return 0;
    admitted_ = size;
  }
  return take_in(body_.append(bytes)) ? bytes.size() : 0;
}

std::size_t Transfer::hold_up(std::uint64_t wanted) {
  // A paused HTTP/2 stream goes on filling curl's memory, up to its window of 32 MiB: it is reset
  // instead and asked for again, from where it stopped if the server can.
  if (handle_->number(CURLINFO_HTTP_VERSION) >= CURL_HTTP_VERSION_2_0) {
    parked_for_ = wanted;
    return 0;
  }
  paused_ = true;
  paused_at_ = std::chrono::steady_clock::now();
  handle_->set_timeout(Duration::zero());
  return CURL_WRITEFUNC_PAUSE;
}

bool Transfer::ask_again() {
  if (!admit_(id_, parked_for_)) return false;
  admitted_ += parked_for_;
  parked_for_ = 0;
  return true;
}

void Transfer::unpause() {
  paused_ = false;
  held_up_ += std::chrono::steady_clock::now() - paused_at_;
  if (download_.timeout > Duration::zero()) handle_->set_timeout(download_.timeout + held_up_);
}

bool Transfer::may_connect(const sockaddr& address) {
  refused_address_ = redirects_ > 0 && is_link_local(address);
  return !refused_address_;
}

// False, with the reason kept, when the body is not wanted.
bool Transfer::begin_body() {
  begun_ = true;
  const long status = handle_->number(CURLINFO_RESPONSE_CODE);
  if (status < 200 || status > 299) {
    discarding_ = true;
    return true;
  }
  const curl_off_t length = handle_->offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  expected_.reset();
  if (status == 206) {
    if (!begin_partial()) return false;
  } else {
    if (!take_in(body_.restart())) return false;
    body_url_ = url_;
    content_type_ = handle_->text(CURLINFO_CONTENT_TYPE);
  }
  if (length >= 0) expected_ = body_.size() + static_cast<std::uint64_t>(length);
  if (expected_ && download_.max_bytes != 0 && *expected_ > download_.max_bytes) {
    return take_in(fail(
        ErrorCode::bad_answer,
        fmt::format("{}: the body of {} is larger than max_bytes ({})", show_url(download_.url),
                    format_size(*expected_), format_size(download_.max_bytes)),
        "raise max_bytes: of the download stage"));
  }
  return take_in(body_.open());
}

bool Transfer::begin_partial() {
  if (!resuming_) {
    return take_in(fail(ErrorCode::bad_answer,
                        fmt::format("{}: the server sent a part (206) when asked for the whole",
                                    show_url(download_.url))));
  }
  const auto start = content_range_start(handle_->header("Content-Range"));
  must_restart_ = url_ != body_url_ || start != body_.size();
  return !must_restart_;
}

bool Transfer::take_in(Status status) {
  if (!status) own_error_ = std::move(status).error();
  return !own_error_;
}

Transfer::Conclusion Transfer::conclude(CURLcode code) {
  const int status = static_cast<int>(handle_->number(CURLINFO_RESPONSE_CODE));
  if (code == CURLE_OK && !headers_ended_) code = CURLE_RECV_ERROR;
  Conclusion end;
  if (abandoned_) {
    handle_ = nullptr;
    return end;
  }
  if (own_error_) {
    end.error = *own_error_;
    end.error.http = HttpDetail{"GET", show_url(download_.url), status, {}, attempt_};
    end.verdict = HostVerdict::answered;
  } else if (parked_for_ != 0) {
    remember_validator(status);
    end.next = Next::parked;
  } else if (must_restart_ || (resuming_ && status == 416)) {
    end = from_zero();
  } else if (is_redirect(status) && !handle_->header("Location").empty()) {
    end = redirect(handle_->header("Location"));
  } else if (status >= 400 || (code == CURLE_OK && (status < 200 || status > 299))) {
    end = fail_with(describe_status(facts(code)));
    end.retry_after = handle_->header("Retry-After");
  } else if (code == CURLE_OK) {
    end = succeed();
  } else {
    end = fail_with(describe_curl_error(facts(code)));
    remember_validator(status);
  }
  end.status = status;
  if (status == 429 || status == 503) {
    end.verdict = HostVerdict::throttled;
  } else if (status >= 200) {
    end.verdict = HostVerdict::answered;
  } else if (end.error.code == ErrorCode::unreachable && code != CURLE_COULDNT_RESOLVE_HOST) {
    end.verdict = HostVerdict::unreachable;
  }
  handle_ = nullptr;
  return end;
}

// For an attempt that resumes this one. After a part it stays that of the whole.
void Transfer::remember_validator(int status) {
  if (!begun_ || discarding_ || status == 206) return;
  validator_ = validator({handle_->header("ETag"), handle_->header("Last-Modified"),
                          handle_->header("Date"), handle_->header("Accept-Ranges")});
}

Transfer::Conclusion Transfer::succeed() {
  // A body of no bytes never came to on_body.
  if (!begun_ && !begin_body()) {
    if (must_restart_) return from_zero();
    return {Next::failed, *own_error_, {}, {}, 0};
  }
  if (!take_in(body_.keep())) return {Next::failed, *own_error_, {}, {}, 0};
  return {Next::done, {}, {}, {}, 0};
}

Transfer::Conclusion Transfer::from_zero() {
  validator_.clear();
  if (!take_in(body_.restart())) return {Next::failed, *own_error_, {}, {}, 0};
  return {Next::again, {}, {}, {}, 0};
}

Transfer::Conclusion Transfer::redirect(const std::string& location) {
  if (++redirects_ > max_redirects_) {
    return {
        Next::failed,
        {ErrorCode::bad_answer,
         fmt::format("{}: redirected more than {} times", show_url(download_.url), max_redirects_),
         "use the URL that the redirects end at",
         {},
         {},
         {}},
        {},
        {},
        0};
  }
  auto target = redirect_target(url_, location);
  if (!target) {
    return {Next::failed, std::move(target).error(), {}, {}, 0};
  }
  url_ = std::move(*target);
  origin_ = origin_of(url_);
  return {Next::again, {}, {}, {}, 0};
}

AttemptFacts Transfer::facts(CURLcode code) const {
  AttemptFacts facts;
  facts.url = download_.url;
  facts.last_url = url_;
  facts.curl_code = code;
  facts.status = static_cast<int>(handle_->number(CURLINFO_RESPONSE_CODE));
  if (facts.status < 200) facts.status = 0;
  facts.detail = handle_->error_text();
  if (refused_address_) facts.detail = "redirects to link-local addresses are not followed";
  facts.os_error = refused_address_ ? 0 : static_cast<int>(handle_->number(CURLINFO_OS_ERRNO));
  facts.connected = facts.status != 0 || handle_->offset(CURLINFO_PRETRANSFER_TIME_T) > 0;
  facts.received = body_.size();
  facts.headers_ended = headers_ended_;
  facts.expected = expected_;
  const curl_off_t length = handle_->offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  if (!begun_ && length >= 0) facts.expected = static_cast<std::uint64_t>(length);
  facts.connect_timeout = kConnectTimeout;
  facts.timeout = download_.timeout;
  for (const char* name : {"x-request-id", "x-amz-request-id"}) {
    if (facts.request_id.empty()) facts.request_id = handle_->header(name);
  }
  facts.ca_file = ca_file_;
  facts.attempts = attempt_;
  return facts;
}

Transfer::Conclusion Transfer::fail_with(Failure failure) const {
  const bool retry = failure.retry && attempt_ <= download_.retries && !refused_address_;
  return {retry ? Next::retry : Next::failed, std::move(failure.error), {}, {}, 0};
}

DownloadReply Transfer::reply(SteadyTime now) const {
  return {body_.size(), attempt_, content_type_, now - first_start_};
}

}  // namespace orch::http
