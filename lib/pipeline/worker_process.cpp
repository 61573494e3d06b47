#include "pipeline/worker_process.h"

namespace orch::pipeline {

namespace {
// What a dead worker's pipes can hold, and a little more for those that enlarge them.
constexpr std::size_t kRest = 2 << 20;
}  // namespace

WorkerProcess::WorkerProcess(Loop& loop, std::size_t longest_line, WorkerListener& listener)
    : listener_(listener),
      output_cutter_(longest_line),
      input_(loop),
      output_(loop, [this](std::string_view bytes) { return take_output(bytes); }),
      log_(loop, [this](std::string_view bytes) { return take_log(bytes); }) {}

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(Loop& loop, const SpawnSpec& command,
                                                            std::size_t longest_line,
                                                            WorkerListener& listener) {
  Pipe input = ORCH_TRY(make_pipe());
  Pipe output = ORCH_TRY(make_pipe());
  Pipe log = ORCH_TRY(make_pipe());
  SpawnSpec spec = command;
  spec.stdin_fd = input.read.get();
  spec.stdout_fd = output.write.get();
  spec.stderr_fd = log.write.get();
  std::unique_ptr<WorkerProcess> process(new WorkerProcess(loop, longest_line, listener));
  ORCH_TRY(process->input_.open(std::move(input.write)));
  ORCH_TRY(process->output_.open(std::move(output.read)));
  ORCH_TRY(process->log_.open(std::move(log.read)));
  process->child_ = ORCH_TRY(Child::start(loop, spec));
  return process;
}

void WorkerProcess::read_the_rest() {
  output_.drain(kRest);
  log_.drain(kRest);
  log_cutter_.finish([this](std::string_view line) { listener_.on_log(line); });
}

bool WorkerProcess::take_output(std::string_view bytes) {
  const bool fits = output_cutter_.feed(bytes, [this](std::string_view line) {
    listener_.on_line(line);
    return true;
  });
  if (!fits) listener_.on_line_too_long();
  return fits;
}

bool WorkerProcess::take_log(std::string_view bytes) {
  log_cutter_.feed(bytes, [this](std::string_view line) { listener_.on_log(line); });
  return true;
}

}  // namespace orch::pipeline
