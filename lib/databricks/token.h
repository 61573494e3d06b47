// The bearer token of an identity: a personal one as it is, or one fetched for a service principal.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "databricks/identity.h"
#include "http/api.h"

namespace orch::databricks {

// Fetched by client credentials, kept in `cache_directory` (0600, by host and client id; empty: not
// kept) and fetched again less than five minutes before it ends.
class TokenSource {
 public:
  TokenSource(const Identity& identity, http::Transport& transport, Clock& clock,
              std::string cache_directory);

  // not_authenticated: the client id or secret is not accepted.
  Result<std::string> bearer();
  // The next bearer() fetches anew: the other side did not take the last one.
  void forget();
  bool can_fetch() const { return identity_.kind == Identity::Kind::oauth; }

 private:
  struct Token {
    std::string text;
    std::int64_t ends_s = 0;  // Unix seconds
  };
  bool is_fresh(const Token& token) const;
  std::optional<Token> cached() const;
  void keep(const Token& token) const;
  std::string cache_path() const;
  Result<std::string> endpoint();
  Result<Token> fetch();

  const Identity& identity_;
  http::Transport& transport_;
  Clock& clock_;
  std::string cache_directory_;
  std::optional<Token> token_;
  bool skip_cache_ = false;
};

}  // namespace orch::databricks
