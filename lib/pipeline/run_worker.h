// One persistent worker of a `run` stage: a process, what it holds, how far it is sent ahead, and
// when it has to go. It is started again by its stage.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "job/spec.h"
#include "pipeline/answer.h"
#include "pipeline/open_items.h"
#include "pipeline/window.h"
#include "pipeline/worker_process.h"

namespace orch::pipeline {

enum class EndCause {
  exited,
  closed_output,
  closed_input,
  line_too_long,
  timed_out,
  never_ready,
  finished,  // it was told to
};

// How a worker ended, and what it leaves behind.
struct WorkerEnd {
  EndCause cause = EndCause::exited;
  int wait_status = 0;
  bool was_ready = false;
  bool answered = false;         // at least one item
  std::vector<Item*> held;       // sent, not answered: suspects
  std::vector<Item*> untouched;  // never reached it
};

class RunWorker final : private WorkerListener {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_ready(RunWorker& worker) = 0;
    // The worker does not hold the item any more. `took`: time on it, or since it was sent.
    virtual void on_answer(RunWorker& worker, Item& item, const Answer& answer, Duration took) = 0;
    virtual void on_stray(RunWorker& worker, std::string_view line) = 0;  // no answer
    virtual void on_said(RunWorker& worker, std::string_view line, bool on_stdout) = 0;
  };

  enum class State { absent, starting, ready, ending };

  RunWorker(Loop& loop, const job::StageSpec& spec, Owner& owner);

  State state() const { return state_; }
  bool accepts() const { return state_ == State::ready && !hung_up(); }
  pid_t pid() const { return process_ ? process_->child().pid() : 0; }
  const OpenItems& open() const { return open_; }
  int window() const { return quarantine_ ? 1 : window_.lines(); }
  // A quarantine worker is sent one suspect at a time, and nothing else.
  bool in_quarantine() const { return quarantine_; }
  void set_quarantine(bool on) { quarantine_ = on; }

  Status start(const SpawnSpec& command, SteadyTime now);
  // Appends one line; flush() writes what was appended.
  void send(std::span<Item* const> items, bool as_batch, SteadyTime now);
  void flush() {
    if (process_) process_->input().flush();
  }
  // Closes its input; TERM after `grace`, then KILL. At once if it holds nothing it could lose.
  void finish(Duration grace, SteadyTime now);
  void kill();

  // Looks at deadlines; when to come back.
  std::optional<SteadyTime> tick(SteadyTime now);
  // Once, when the process is gone.
  std::optional<WorkerEnd> take_end(SteadyTime now);

  Duration busy() const { return busy_; }  // sum over its threads
  Duration up() const { return up_; }      // since it was ready, all processes

 private:
  void on_line(std::string_view line) override;
  void on_log(std::string_view line) override;
  void on_line_too_long() override;

  void end(EndCause cause, Duration delay, SteadyTime now);
  void account(SteadyTime now);
  void check_deadlines(SteadyTime now);
  bool hung_up() const;
  std::optional<SteadyTime> next_deadline() const;

  Loop& loop_;
  const job::StageSpec& spec_;
  Owner& owner_;
  State state_ = State::absent;
  EndCause cause_ = EndCause::exited;
  bool was_ready_ = false;
  bool answered_ = false;
  bool quarantine_ = false;
  std::unique_ptr<WorkerProcess> process_;
  OpenItems open_;
  Window window_;
  SteadyTime ready_by_{};
  std::optional<SteadyTime> hung_up_until_;
  SteadyTime item_deadline_{};  // never later than the real one
  SteadyTime look_at_{};        // whether it still reads
  int answered_lines_ = 0;      // since the window last looked
  SteadyTime busy_since_{};     // the same
  SteadyTime accounted_{};
  int accounted_lines_ = 0;
  Duration busy_{};
  Duration up_{};
};

// "exit status 1", "closed its standard output", … for messages.
std::string describe(const WorkerEnd& end, const job::StageSpec& spec);

}  // namespace orch::pipeline
