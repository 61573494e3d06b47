// Capability "commands": one command line runs on the provider's machines, on demand.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "provider/session.h"

namespace orch::provider {

enum class RunState : std::uint8_t {
  queued,
  starting,
  running,
  succeeded,
  failed,
  cancelled,
  skipped
};
std::string_view to_text(RunState state);
constexpr bool is_over(RunState state) { return state >= RunState::succeeded; }

struct Run {
  std::string id;   // the provider's
  std::string job;  // what it belongs to there
  RunState state = RunState::queued;
  std::string detail = {};  // the provider's own words for the state: "RUN_EXECUTION_ERROR: …"
  std::string hint = {};    // what to do about a failure; may be empty
  bool infrastructure = false;  // a failure that the command has no part in
  std::string command = {};     // as far as the provider tells
  std::string url = {};         // of its page
  std::int64_t started_ms = 0;  // Unix milliseconds; 0: not yet, not known
  std::int64_t ended_ms = 0;
};

struct RunRequest {
  std::string command;        // one line, words quoted as a POSIX shell would read them
  bool registration = false;  // where operators are reported, not where work is done
  std::string token;          // the same token never starts two runs
};

// Errors besides those of the API: invalid_value (the command is too long for it, and there is no
// place for a file), not_found.
class Commands {
 public:
  virtual ~Commands() = default;
  virtual Result<std::string> start(const RunRequest& request) = 0;  // the run's id
  virtual Result<Run> look(const std::string& id) = 0;
  // What it printed, as far as the provider keeps it; `exit_status` of the command when it is
  // known, else -1.
  struct Output {
    std::string text;
    bool truncated = false;
    std::string error = {};
    int exit_status = -1;
  };
  virtual Result<Output> output(const Run& run) = 0;
  virtual Status cancel(const std::string& id) = 0;  // asked for; it takes time
  // Newest first; until `each` says false.
  virtual Status list(const std::function<bool(const Run&)>& each) = 0;
  // The command of the newest run that only reported operators; nullopt: none is known.
  virtual Result<std::optional<std::string>> last_registration() = 0;
  // How long to wait after the look with this number (from 1).
  virtual Duration pause_after(int look) const = 0;
};

}  // namespace orch::provider
