// What orch says to a person, on standard error: notes, warnings, debug lines. Control bytes are
// escaped and registered secrets masked before anything leaves (base/redact.h).
#pragma once

#include <functional>
#include <string_view>

namespace orch {

enum class LogLevel { quiet, normal, verbose, debug };
enum class LogFormat { text, json };

void configure_log(LogLevel level, LogFormat format, bool color);
LogLevel log_level();
// Called before each line leaves (clears a progress line on the same terminal); empty: nothing.
// Set while only one thread runs.
void before_log(std::function<void()> hook);

void log_note(std::string_view message);     // hidden by -q
void log_warning(std::string_view message);  // shown even with -q
void log_verbose(std::string_view message);  // -v
void log_debug(std::string_view message);    // --debug

}  // namespace orch
