// The process of a persistent worker and its three pipes. It knows lines, not what they mean.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/child.h"
#include "pipeline/line_cutter.h"
#include "pipeline/pipe_end.h"
#include "pipeline/worker_log.h"

namespace orch::pipeline {

class WorkerListener {
 public:
  virtual ~WorkerListener() = default;
  virtual void on_line(std::string_view line) = 0;  // standard output
  virtual void on_log(std::string_view line) = 0;   // standard error
  virtual void on_line_too_long() = 0;              // nothing more is read
};

class WorkerProcess {
 public:
  static Result<std::unique_ptr<WorkerProcess>> start(Loop& loop, const SpawnSpec& command,
                                                      std::size_t longest_line,
                                                      WorkerListener& listener);

  Child& child() { return *child_; }
  PipeWriter& input() { return input_; }
  bool output_open() const { return output_.is_open(); }
  // Nothing more it prints is wanted; its standard error still is.
  void ignore_output() { output_.close(); }
  // After it exited: what is still in the pipes.
  void read_the_rest();

 private:
  WorkerProcess(Loop& loop, std::size_t longest_line, WorkerListener& listener);
  bool take_output(std::string_view bytes);
  bool take_log(std::string_view bytes);

  WorkerListener& listener_;
  LineCutter output_cutter_;
  LogCutter log_cutter_;
  PipeWriter input_;
  PipeReader output_;
  PipeReader log_;
  std::unique_ptr<Child> child_;
};

}  // namespace orch::pipeline
