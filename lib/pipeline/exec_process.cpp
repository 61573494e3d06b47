#include "pipeline/exec_process.h"

namespace orch::pipeline {

namespace {
constexpr std::size_t kRest = 2 << 20;
constexpr Duration kBackgroundGrace = std::chrono::seconds(1);
}  // namespace

ExecProcess::ExecProcess(Loop& loop, std::size_t longest_output, OnLog on_log)
    : longest_(longest_output),
      on_log_(std::move(on_log)),
      output_(loop, [this](std::string_view bytes) { return take_output(bytes); }),
      log_(loop, [this](std::string_view bytes) {
        log_cutter_.feed(bytes, on_log_);
        return true;
      }) {}

Result<std::unique_ptr<ExecProcess>> ExecProcess::start(Loop& loop, const SpawnSpec& command,
                                                        std::size_t longest_output, OnLog on_log) {
  Pipe output = ORCH_TRY(make_pipe());
  Pipe log = ORCH_TRY(make_pipe());
  SpawnSpec spec = command;
  spec.stdout_fd = output.write.get();
  spec.stderr_fd = log.write.get();
  std::unique_ptr<ExecProcess> process(new ExecProcess(loop, longest_output, std::move(on_log)));
  ORCH_TRY(process->output_.open(std::move(output.read)));
  ORCH_TRY(process->log_.open(std::move(log.read)));
  process->child_ = ORCH_TRY(Child::start(loop, spec));
  return process;
}

bool ExecProcess::over(SteadyTime now) {
  if (!child_->exited()) return false;
  output_.drain(kRest);
  if (output_.is_open()) {
    if (!over_by_) over_by_ = now + kBackgroundGrace;
    if (now < *over_by_) return false;
    output_.close();
  }
  log_.drain(kRest);
  log_cutter_.finish(on_log_);
  log_.close();
  return true;
}

bool ExecProcess::take_output(std::string_view bytes) {
  if (captured_.size() + bytes.size() > longest_) {
    too_long_ = true;
    return false;
  }
  captured_ += bytes;
  return true;
}

}  // namespace orch::pipeline
