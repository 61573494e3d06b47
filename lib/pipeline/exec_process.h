// The process of one item in an `exec` stage: standard input is /dev/null, standard output is its
// result, standard error its log.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "pipeline/child.h"
#include "pipeline/pipe_end.h"
#include "pipeline/worker_log.h"

namespace orch::pipeline {

class ExecProcess {
 public:
  using OnLog = std::function<void(std::string_view line)>;

  static Result<std::unique_ptr<ExecProcess>> start(Loop& loop, const SpawnSpec& command,
                                                    std::size_t longest_output, OnLog on_log);

  Child& child() { return *child_; }
  // Over when it has exited and its output has ended; what it left running in the background may
  // hold the output open for a moment, not longer.
  bool over(SteadyTime now);
  std::optional<SteadyTime> over_by() const { return over_by_; }
  bool output_too_long() const { return too_long_; }
  const std::string& output() const { return captured_; }

 private:
  ExecProcess(Loop& loop, std::size_t longest_output, OnLog on_log);
  bool take_output(std::string_view bytes);

  std::size_t longest_;
  OnLog on_log_;
  std::string captured_;
  bool too_long_ = false;
  LogCutter log_cutter_;
  PipeReader output_;
  PipeReader log_;
  std::unique_ptr<Child> child_;
  std::optional<SteadyTime> over_by_;
};

}  // namespace orch::pipeline
