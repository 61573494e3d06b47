// How commands reach the APIs of providers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/loop.h"
#include "cli/invocation.h"
#include "http/api.h"
#include "provider/session.h"

namespace orch::commands {

// --record, of every command that sends requests itself.
cli::Flag record_flag();
// --databricks-profile and the like.
std::vector<cli::Flag> profile_flags();

// Requests of one command.
class Api {
 public:
  explicit Api(cli::Invocation& run);

  // libcurl, under the retry engine with the provider's table; --debug traces each attempt and
  // --record keeps it.
  std::unique_ptr<http::Transport> transport(http::RetryTable table = {});
  // For the provider of this environment; lives as long as this. Catches interrupts.
  Result<provider::Session> session(const std::string& environment);
  // The same for a dry run: `held` is told of each request that would change something.
  Result<provider::Session> dry_session(const std::string& environment,
                                        std::function<void(const http::Request&)> held);

  // From now on Ctrl-C ends a request or a wait with `interrupted` instead of ending the process.
  void catch_interrupts();
  bool interrupted() const { return interrupted_; }
  // Sleeps; false when it was interrupted.
  bool wait(Duration how_long);

 private:
  cli::Invocation& run_;
  std::optional<Loop> loop_;
  bool interrupted_ = false;
  std::unique_ptr<http::Transport> transport_;
};

}  // namespace orch::commands
