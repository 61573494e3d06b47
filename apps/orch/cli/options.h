// The global flags, their ORCH_* variables and what the config file says of them, checked.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/environment.h"
#include "base/log.h"
#include "base/result.h"
#include "cli/invocation.h"

namespace orch::cli {

// The settings as the command sees them: from a config file unless it skips that.
std::unique_ptr<const config::Settings> make_settings(const Command& command, const Args& args,
                                                      const EnvMap& env);
Result<Options> read_options(const Args& args, const EnvMap& env, const config::Settings& settings);
// --debug beats --verbose beats --quiet.
LogLevel log_level_of(const Options& options);
std::optional<Output> format_named(std::string_view name);

}  // namespace orch::cli
