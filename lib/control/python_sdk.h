// FiftyOne's documented Python SDK as a child process: one for each orch command, calls as lines of
// JSON on pipes. Values travel on the pipe only, never as arguments or in the environment.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "control/fiftyone_settings.h"
#include "doc/value.h"

namespace orch::control {

class PythonSdk {
 public:
  // The SDK's own retries take up to 70 s.
  static constexpr auto kLongestCall = std::chrono::seconds(120);

  // Starts nothing yet. `note` is told before the (slow) start; may be empty.
  PythonSdk(FiftyOneSettings settings, EnvMap environment,
            std::function<void(std::string_view)> note);
  ~PythonSdk();
  PythonSdk(const PythonSdk&) = delete;
  PythonSdk& operator=(const PythonSdk&) = delete;

  // What the call returned. Errors: unsupported (no SDK, no such call), not_authenticated,
  // permission_denied, invalid_value (the SDK raised a ValueError or the like), invalid_setting,
  // unreachable, timed_out, remote_failed, bad_answer. Messages are redacted.
  Result<doc::Value> call(std::string_view name, doc::Value arguments);

  // {"functions": {name: [parameter…]}, "version", "python"}
  Result<doc::Value> capabilities();

 private:
  struct Child;
  Status start();
  Result<doc::Value> exchange(std::string_view name, const std::string& line);

  FiftyOneSettings settings_;
  EnvMap environment_;
  std::function<void(std::string_view)> note_;
  std::unique_ptr<Child> child_;
  doc::Value capabilities_;
};

}  // namespace orch::control
