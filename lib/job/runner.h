// Runs a planned job on a pull backend: opens slots, applies what the scheduler decides, offers
// every line to the ledger. It decides nothing itself and never parses a result.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "job/frame.h"
#include "job/ledger.h"
#include "job/plan.h"
#include "job/scheduler.h"
#include "job/slot.h"
#include "job/spec.h"
#include "job/spool.h"
#include "job/stage_stats.h"

namespace orch::job {

struct RunnerOptions {
  std::string job_id;
  std::string job_directory;
  Plan plan;
  int retry_split = 2;
  Speculation speculation;
  KeepAlive keep_alive;
  // The configuration a task manager is told first: JSON of its version frame, by its number.
  std::function<std::string(int task_manager)> task_config;
};

enum class RunEnd {
  complete,  // every input has a line
  stopped,   // stop() was called: what is missing can be resumed
  failed,    // it cannot go on: `error` says why; resumable once mended
};

struct RunOutcome {
  RunEnd end = RunEnd::complete;
  Error error;  // of `failed`
};

struct RunnerSnapshot {
  Beat stages;                    // of the task managers, added up
  std::size_t task_managers = 0;  // open now
  std::uint64_t restarts = 0;     // task managers that died and were replaced
  std::uint64_t copies = 0;       // speculative copies started
};

class Runner {
 public:
  Runner(Loop& loop, Ledger& ledger, const SpoolReader& spool, SlotOpener open,
         RunnerOptions options, std::function<void(RunOutcome)> on_end);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Opens the slots. on_end is called once, from inside the loop, when all are closed and the
  // ledger is checkpointed.
  void start();
  // Ends the run early: slots are ended, what is in the ledger is kept.
  void stop();
  RunnerSnapshot snapshot() const;

 private:
  struct Slot;

  void open_slot(int task_manager);
  void on_bytes(SlotId id, std::string_view bytes);
  void on_closed(SlotId id, const std::string& reason);
  Status on_frame(SlotId id, const Frame& frame);
  Status on_line(SlotId id, const Line& line);
  void on_end_frame(SlotId id, std::uint32_t split);
  void on_stop_frame(const Stop& stop);
  void apply(const Actions& actions);
  Status grant(const Action& action);
  Status give_up(SplitId split);
  void broken(SlotId id, const Error& error);
  void commit_later();
  void fail_run(Error error);
  void wind_down(RunOutcome outcome);
  void end_if_closed();

  Loop& loop_;
  Ledger& ledger_;
  const SpoolReader& spool_;
  SlotOpener open_;
  RunnerOptions options_;
  std::function<void(RunOutcome)> on_end_;
  Scheduler scheduler_;
  std::map<SlotId, std::unique_ptr<Slot>> slots_;
  std::map<int, Beat> closed_beats_;  // by slot: last word of those that are gone
  SlotId next_slot_ = 1;
  int starts_in_vain_ = 0;  // slots in a row that closed before they said anything
  std::uint64_t restarts_ = 0;
  std::optional<RunOutcome> outcome_;  // set: winding down
  bool ended_ = false;
  Loop::TimerId commit_timer_ = 0;
  SteadyTime commit_due_;  // of commit_timer_
  Loop::TimerId tick_timer_ = 0;
  Loop::TimerId grace_timer_ = 0;
  std::string frames_;  // reused buffer
};

}  // namespace orch::job
