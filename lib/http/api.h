// API calls: a request in memory, an answer in memory. Layers share one interface, so that each can
// be held by a test: Retrying over Tracing over Recording over CurlTransport.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/random.h"
#include "base/result.h"
#include "doc/value.h"
#include "http/retry.h"

namespace orch::http {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string url;
  HeaderList headers = {};
  std::string body = {};
  // May be sent again when its answer was lost: GET, HEAD, PUT and DELETE may by themselves, a POST
  // with an idempotency key or one that only looks.
  bool repeatable = false;
  bool may_be_repeated() const;
  // To a port of this machine that speaks gRPC: HTTP/2 from the first byte, without TLS.
  bool speaks_http2 = false;
  // Never through a proxy, whatever the environment says: it is this machine that is asked.
  bool is_direct = false;
  // Changes nothing at the other side although it is a POST: also sent in a dry run.
  bool only_looks = false;
};

struct Response {
  int status = 0;
  HeaderList headers = {};  // names in lower case
  std::string body = {};
  int attempts = 1;

  std::string header(std::string_view lower_case_name) const;  // empty: absent
  bool ok() const { return status >= 200 && status < 300; }
};

// Any whole answer is a Response, whatever its status; redirects are not followed. Errors:
// unreachable, timed_out, tls_failed, bad_answer (broken off, larger than allowed), with the
// request in Error::http. Error.retryable is by its code.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Result<Response> send(const Request& request) = 0;
};

struct CurlOptions {
  Duration connect_timeout = std::chrono::seconds(10);
  Duration timeout = std::chrono::seconds(60);  // of one attempt
  std::uint64_t max_body = 64 << 20;            // of the decoded answer
  // Asked about once a second and whenever bytes move; true ends the request: interrupted.
  std::function<bool()> stop = {};
};
// libcurl, TLS always verified, proxies from the environment's variables, connections reused,
// HTTP/2 where the server speaks it.
std::unique_ptr<Transport> curl_transport(const EnvMap& environment,
                                          const CurlOptions& options = {});

// What a provider's API means by its statuses, as data.
struct RetryTable {
  std::vector<int> statuses = {429, 502, 503, 504};  // "later"
  std::vector<std::string> texts = {};               // … and any failure whose body holds one
  int attempts = 5;
  Duration deadline = std::chrono::minutes(2);  // of all attempts and waits together
  RetryPolicy policy = {};
};
// Sends again what may be sent again: an answer of the table for repeatable requests (429 for all:
// nothing was done), no answer for repeatable ones, and no connection for all. Waits with full
// jitter, after the Retry-After of the answer, never beyond the deadline. `sleep` says false to
// give up: then the last answer stands.
std::unique_ptr<Transport> retrying(std::unique_ptr<Transport> inner, RetryTable table,
                                    Clock& clock, std::function<bool(Duration)> sleep,
                                    Random& random);

// One debug line a request and answer: no query, no credentials.
std::unique_ptr<Transport> tracing(std::unique_ptr<Transport> inner, Clock& clock);
// Each exchange as NNN.json in the directory, for a bug report: credentials masked by field and
// value.
std::unique_ptr<Transport> recording(std::unique_ptr<Transport> inner, std::string directory);

// Sends what only looks; tells `held` of the rest, and answers it with {}.
std::unique_ptr<Transport> dry(std::unique_ptr<Transport> inner,
                               std::function<void(const Request&)> held);

// Whether a header or a member of a body is masked whatever its value: authorization, cookie,
// x-api-key, token, client_secret, password …
bool is_credential_field(std::string_view name);
// JSON and forms with the values of credential fields masked; other text only by registered values.
std::string masked_body(std::string_view body);

// For an error that an answer makes.
HttpDetail detail_of(const Request& request, const Response& response);

// The answer's JSON, or the error that its status, an HTML page or broken JSON makes. `what` says
// what was wanted: "read the job 7". `provider` stands in the error. 401 not_authenticated, 403
// permission_denied, 404 not_found, 409 conflict, 429 throttled, other 4xx invalid_value, 5xx
// remote_failed, 2xx without JSON bad_answer.
Result<doc::Value> json_answer(const Request& request, const Result<Response>& response,
                               std::string_view provider, std::string_view what);

}  // namespace orch::http
