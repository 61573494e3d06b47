// The one retry engine (http/api.h). Pure but for what it is given: transport, clock, sleep,
// random.
#include <algorithm>
#include <optional>

#include "http/api.h"

namespace orch::http {
namespace {

class Retrying : public Transport {
 public:
  Retrying(std::unique_ptr<Transport> inner, RetryTable table, Clock& clock,
           std::function<bool(Duration)> sleep, Random& random)
      : inner_(std::move(inner)),
        table_(std::move(table)),
        clock_(clock),
        sleep_(std::move(sleep)),
        random_(random) {}

  Result<Response> send(const Request& request) override {
    const SteadyTime begun = clock_.steady();
    for (int attempt = 1;; ++attempt) {
      Result<Response> response = inner_->send(request);
      if (attempt < table_.attempts && may_repeat(request, response)) {
        const auto wait = next_wait(attempt, response);
        if (clock_.steady() + wait - begun < table_.deadline && sleep_(wait)) continue;
      }
      if (response) response->attempts = attempt;
      if (!response && response.error().http) response.error().http->attempts = attempt;
      return response;
    }
  }

 private:
  bool may_repeat(const Request& request, const Result<Response>& response) const {
    if (!response) {
      const Error& error = response.error();
      if (error.code == ErrorCode::interrupted) return false;
      if (error.http && !error.http->sent) return error.code != ErrorCode::tls_failed;
      return request.may_be_repeated() && is_lost(error);
    }
    if (response->status == 429) return contains(429);
    return (contains(response->status) || holds_text(*response)) && request.may_be_repeated();
  }

  bool holds_text(const Response& response) const {
    return !response.ok() &&
           std::any_of(table_.texts.begin(), table_.texts.end(), [&](const auto& text) {
             return response.body.find(text) != std::string::npos;
           });
  }

  // A certificate does not get better, a body not smaller.
  static bool is_lost(const Error& error) {
    return error.code == ErrorCode::timed_out || error.code == ErrorCode::unreachable;
  }

  bool contains(int status) const {
    return std::find(table_.statuses.begin(), table_.statuses.end(), status) !=
           table_.statuses.end();
  }

  Duration next_wait(int attempt, const Result<Response>& response) {
    std::optional<Duration> asked;
    if (response) asked = parse_retry_after(response->header("retry-after"), clock_.wall());
    return table_.policy.delay(attempt, asked, random_);
  }

  std::unique_ptr<Transport> inner_;
  RetryTable table_;
  Clock& clock_;
  std::function<bool(Duration)> sleep_;
  Random& random_;
};

}  // namespace

bool Request::may_be_repeated() const {
  return repeatable || method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

std::unique_ptr<Transport> retrying(std::unique_ptr<Transport> inner, RetryTable table,
                                    Clock& clock, std::function<bool(Duration)> sleep,
                                    Random& random) {
  return std::make_unique<Retrying>(std::move(inner), std::move(table), clock, std::move(sleep),
                                    random);
}

}  // namespace orch::http
