#include "databricks/token.h"

#include <fmt/core.h>

#include <chrono>

#include "base/encode.h"
#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "databricks/errors.h"

namespace orch::databricks {
namespace {

constexpr std::int64_t kReserveSeconds = 300;
constexpr std::int64_t kUsualSeconds = 3600;

std::int64_t now_s(Clock& clock) {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
}

}  // namespace

TokenSource::TokenSource(const Identity& identity, http::Transport& transport, Clock& clock,
                         std::string cache_directory)
    : identity_(identity),
      transport_(transport),
      clock_(clock),
      cache_directory_(std::move(cache_directory)) {}

Result<std::string> TokenSource::bearer() {
  if (identity_.kind == Identity::Kind::token) return identity_.token;
  if (!token_ && !skip_cache_) token_ = cached();
  if (!token_ || !is_fresh(*token_)) {
    token_ = ORCH_TRY(fetch());
    keep(*token_);
  }
  return token_->text;
}

void TokenSource::forget() {
  token_.reset();
  skip_cache_ = true;
}

bool TokenSource::is_fresh(const Token& token) const { return token.ends_s > now_s(clock_); }

std::string TokenSource::cache_path() const {
  return fmt::format("{}/databricks-{}-{}.json", cache_directory_, percent_encode(identity_.host),
                     percent_encode(identity_.client_id));
}

std::optional<TokenSource::Token> TokenSource::cached() const {
  if (cache_directory_.empty()) return std::nullopt;
  const auto text = read_file(cache_path(), 1 << 16);
  if (!text) return std::nullopt;
  const auto kept = doc::parse_json(*text, "the token cache");
  if (!kept) return std::nullopt;
  const doc::Value* ends = kept->find("ends_s");
  Token token{kept->text("token"),
              ends != nullptr && ends->integer() != nullptr ? *ends->integer() : 0};
  register_secret(token.text);
  if (token.text.empty() || !is_fresh(token)) return std::nullopt;
  return token;
}

// A token that cannot be kept is fetched again next time.
void TokenSource::keep(const Token& token) const {
  if (cache_directory_.empty()) return;
  doc::Value kept;
  kept.set("token", token.text);
  kept.set("ends_s", token.ends_s);
  Status written = make_directories(cache_directory_);
  if (written) written = write_file_atomically(cache_path(), doc::to_json(kept));
  if (!written) log_verbose("the token is not kept: " + written.error().message);
}

// Named by the workspace; where that answers nothing useful, the documented place.
Result<std::string> TokenSource::endpoint() {
  http::Request request;
  request.url = identity_.discovery_url.empty()
                    ? identity_.host + "/oidc/.well-known/oauth-authorization-server"
                    : identity_.discovery_url;
  auto answer = answer_of(request, transport_.send(request), "find the token endpoint");
  if (answer) {
    if (auto url = answer->text("token_endpoint"); !url.empty()) return url;
  } else if (answer.error().code == ErrorCode::unreachable ||
             answer.error().code == ErrorCode::tls_failed || !identity_.discovery_url.empty()) {
    return fail(std::move(answer).error());
  }
  return identity_.host + "/oidc/v1/token";
}

Result<TokenSource::Token> TokenSource::fetch() {
  http::Request request;
  request.method = "POST";
  request.url = ORCH_TRY(endpoint());
  request.repeatable = true;  // a token more does no harm
  request.only_looks = true;
  request.headers = {
      {"Authorization", "Basic " + base64(identity_.client_id + ":" + identity_.client_secret)},
      {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=client_credentials&scope=all-apis";
  register_secret(base64(identity_.client_id + ":" + identity_.client_secret));
  auto answer =
      answer_of(request, transport_.send(request),
                fmt::format("sign in as the service principal {}", printable(identity_.client_id)));
  if (!answer) {
    Error error = std::move(answer).error();
    const int status = error.http ? error.http->status : 0;
    if (status == 400 || status == 401) {
      error.code = ErrorCode::not_authenticated;
      error.hint = fmt::format(
          "check the client id and secret of {}; a secret may have ended or been deleted",
          identity_.from);
    }
    return fail(std::move(error));
  }
  Token token{answer->text("access_token"), 0};
  if (token.text.empty()) {
    return fail(ErrorCode::bad_answer, "the token endpoint's answer holds no token");
  }
  register_secret(token.text);
  const doc::Value* lives = answer->find("expires_in");
  const std::int64_t seconds =
      lives != nullptr && lives->integer() != nullptr ? *lives->integer() : kUsualSeconds;
  // One that lives shorter than the reserve is used for half of its life.
  token.ends_s =
      now_s(clock_) + (seconds > 2 * kReserveSeconds ? seconds - kReserveSeconds : seconds / 2);
  return token;
}

}  // namespace orch::databricks
