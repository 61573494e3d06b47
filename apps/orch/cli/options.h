// The global flags and their ORCH_* variables, checked.
#pragma once

#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/log.h"
#include "base/result.h"
#include "cli/invocation.h"

namespace orch::cli {

Result<Options> read_options(const Args& args, const EnvMap& env);
// auto, always or never; invalid values were refused by read_options.
std::string color_choice(const Args& args, const EnvMap& env);
// "debug" beats "verbose" beats "quiet".
LogLevel log_level_of(const Options& options);
Result<LogFormat> log_format_of(const Args& args, const EnvMap& env);

// The flag, else its variable (ORCH_OUTPUT for --output), checked against the flag's choices.
Result<std::optional<std::string>> choice(const Args& args, const EnvMap& env,
                                          std::string_view flag);
std::optional<Output> format_named(std::string_view name);

}  // namespace orch::cli
