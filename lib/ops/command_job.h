// One command as a job: `orch submit -- CMD…` on this machine. argv unchanged, no shell.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/loop.h"
#include "base/random.h"
#include "base/result.h"
#include "doc/value.h"
#include "store/store.h"

namespace orch::ops {

// Makes the job (queued): it will run in `directory`, its output kept in <job>/logs/command.log.
Result<store::JobRow> create_command_job(store::Store& store, const std::vector<std::string>& argv,
                                         const std::string& directory, bool enqueue, Random& random,
                                         WallTime now);
bool is_command_job(const store::JobRow& row);

struct CommandReport {
  store::JobRow row;
  int exit_status = 0;  // the command's own, 128+n for signals, 126/127 cannot run
  int signal = 0;       // 0: it exited
  std::int64_t ms = 0;
  std::string log;             // path
  std::optional<Error> error;  // it failed, or was ended: what orch says and exits with
};

struct CommandIo {
  // Output as it comes; an error ends the command (the reader went away).
  std::function<Status(std::string_view bytes)> out;
  std::function<Status(std::string_view bytes)> err;
  bool pass_stdin = false;          // else /dev/null
  std::optional<Duration> timeout;  // of waiting, which for a foreground command is its life
};

Result<CommandReport> run_command_job(Loop& loop, store::Store& store, const store::JobRow& row,
                                      const EnvMap& environment, const CommandIo& io);

doc::Value to_value(const CommandReport& report);

}  // namespace orch::ops
