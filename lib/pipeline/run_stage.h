// A `run` stage: persistent workers that are sent lines ahead, restarted when they end, and
// relieved of the inputs that kill them.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "pipeline/batches.h"
#include "pipeline/run_worker.h"
#include "pipeline/stage.h"
#include "pipeline/stage_health.h"

namespace orch::pipeline {

class RunStage final : public Stage, private RunWorker::Owner {
 public:
  // `number` is the stage's place in the pipeline; `last`: what it answers is the result.
  RunStage(const StageContext& context, const job::StageSpec& spec, std::size_t number, bool last);

  Status start() override;
  void push(Item& item) override;
  bool has_room() const override;
  std::size_t waiting() const override { return waiting_.size(); }
  std::optional<SteadyTime> pump(SteadyTime now) override;
  void drop_revoked() override;
  void finish(SteadyTime now) override;
  bool finished() const override;
  void kill() override;
  job::StageStats stats() const override;
  std::uint64_t stray_lines() const override { return stray_lines_; }

 private:
  struct Slot {
    std::unique_ptr<RunWorker> worker;
    SteadyTime start_at{};
  };

  void on_ready(RunWorker& worker) override;
  void on_answer(RunWorker& worker, Item& item, const Answer& answer, Duration took) override;
  void on_stray(RunWorker& worker, std::string_view line) override;
  void on_said(RunWorker& worker, std::string_view line, bool on_stdout) override;

  // What becomes of an item (settle.cpp).
  void answered_well(Item& item, const Answer& answer);
  void answered_badly(Item& item, ItemError error, bool retryable);
  void settle(std::optional<BatchEnd> end);
  void settle_failure(BatchFailure failure);
  void fail_item(Item& item, ItemError error);
  std::optional<ItemError> take_out(Item& item);

  // Ends and starts of workers (run_restart.cpp).
  void start_due(SteadyTime now);
  Status start_worker(Slot& slot, SteadyTime now);
  void take_ends(SteadyTime now);
  void handle_end(Slot& slot, WorkerEnd end, SteadyTime now);
  void handle_held(Slot& slot, const WorkerEnd& end);
  void suspect(Item& item);
  void condemn(Item& item, const WorkerEnd& end);
  void give_up(std::string_view after, const WorkerEnd& end);
  ItemError condemned_error(const WorkerEnd& end) const;

  // Sending.
  void dispatch(SteadyTime now);
  void fill(RunWorker& worker, int share, SteadyTime now);
  void fill_quarantine(RunWorker& worker, SteadyTime now);
  bool collect(SteadyTime now);
  bool affordable(const Item& item) const;
  Item* next_affordable();
  void send_collected(RunWorker& worker, SteadyTime now);
  int waiting_lines() const;

  StageContext context_;
  const job::StageSpec& spec_;
  std::size_t number_;
  bool last_;
  SpawnSpec command_;
  Batcher batcher_;
  Batches batches_;
  StageHealth health_;
  LastLines last_lines_;
  SizeGuess out_guess_{0};
  ItemQueue waiting_;
  ItemQueue singles_;              // of failed batches
  ItemQueue suspects_;             // held by workers that died
  std::size_t waiting_bytes_ = 0;  // of what the stage before handed on
  std::vector<Slot> slots_;
  std::vector<Item*> collected_;  // the next line's items
  job::StageStats stats_;
  std::uint64_t stray_lines_ = 0;
  std::size_t in_flight_ = 0;
  bool finishing_ = false;
  bool gave_up_ = false;
};

}  // namespace orch::pipeline
