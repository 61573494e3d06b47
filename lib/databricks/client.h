// Requests to one Databricks workspace.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "databricks/identity.h"
#include "databricks/token.h"
#include "doc/value.h"
#include "http/api.h"

namespace orch::databricks {

using Query = std::vector<std::pair<std::string_view, std::string>>;

// Whether a POST may be sent again after its answer was lost.
enum class Repeat { no, yes };

class Client {
 public:
  // The transport must outlive it. Token cache: see TokenSource.
  Client(Identity identity, http::Transport& transport, Clock& clock, std::string cache_directory);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const Identity& identity() const { return identity_; }

  // `what` is said in errors: "read the job 7". not_authenticated names where the credentials came
  // from.
  Result<doc::Value> get(std::string_view path, const Query& query, std::string_view what);
  Result<doc::Value> post(std::string_view path, const doc::Value& body, std::string_view what,
                          Repeat repeat = Repeat::no);
  Result<doc::Value> call(http::Request request, std::string_view what);

  // The answer as it is: headers, or a body that is no JSON.
  Result<http::Response> raw(http::Request request, std::string_view what);

  // Each element of the list `key` of all pages, until `each` says false.
  Status pages(std::string_view path, Query query, std::string_view key, std::string_view what,
               const std::function<bool(const doc::Value&)>& each);

  // A whole URL of this workspace.
  std::string url(std::string_view path, const Query& query = {}) const;
  // Signs in only: what `doctor` and rotate-secret want to know.
  Status sign_in();

 private:
  Result<http::Response> send(http::Request request, std::string_view what);

  Identity identity_;
  http::Transport& transport_;
  TokenSource tokens_;
};

// Numbers as Databricks writes ids: 64 bits, never through a double; also as text.
std::string id_of(const doc::Value& value, std::string_view key);
std::int64_t integer_of(const doc::Value& value, std::string_view key);      // 0 when absent
const doc::Value& member_of(const doc::Value& value, std::string_view key);  // null when absent

}  // namespace orch::databricks
