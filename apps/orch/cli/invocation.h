// One run of one command: everything its run() is given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/log.h"
#include "base/result.h"
#include "cli/command.h"
#include "output/printer.h"
#include "output/progress.h"

namespace orch::config {
class Settings;
}

namespace orch::cli {

// The global flags, parsed and checked; ORCH_* and the config file speak where no flag does.
struct Options {
  Output output = Output::automatic;
  std::vector<std::string> columns;
  std::string color = "auto";  // auto, always or never
  LogFormat log_format = LogFormat::text;
  std::optional<Duration> timeout;  // --timeout: limits waiting
  bool quiet = false;
  bool verbose = false;
  bool debug = false;
  bool dry_run = false;
  bool yes = false;
  bool no_input = false;  // also when standard input is no terminal, or CI is set
};

struct Invocation {
  const Command& command;
  const Args& args;
  const EnvMap& env;  // of this process
  const Options& options;
  const output::Terminal& terminal;
  output::Writer& out;             // standard output, raw
  output::Printer& print;          // standard output, in the format asked for
  output::ProgressLine& progress;  // cleared before anything is written to `out`

  Invocation(const Command& command, const Args& args, const EnvMap& env, const Options& options,
             const config::Settings& settings, const output::Terminal& terminal,
             output::Printer& print, output::ProgressLine& progress);
  ~Invocation() = default;
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;

  // Flags, ORCH_*, the config file and the defaults; the file is read on first use.
  Result<const config::Settings*> settings() const { return &settings_; }
  // Where state lies, absolute; not created.
  Result<std::string> state_directory() const;

  // The flag's value as a whole number in [lowest, highest], or `fallback`. Usage error else.
  Result<std::int64_t> integer(std::string_view flag, std::int64_t fallback, std::int64_t lowest,
                               std::int64_t highest) const;
  Result<std::optional<Duration>> duration(std::string_view flag) const;
  // Positional number `index`, or "" when it was not given.
  std::string_view positional(std::size_t index) const;

  // Asks on standard error unless --yes. Error usage when nobody can answer (--no-input),
  // interrupted when the answer is no.
  Status confirm(std::string_view question);

 private:
  const config::Settings& settings_;
};

}  // namespace orch::cli
