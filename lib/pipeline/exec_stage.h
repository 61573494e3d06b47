// An `exec` stage: one process an item, at most `processes` at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/exec_process.h"
#include "pipeline/stage.h"

namespace orch::pipeline {

class ExecStage final : public Stage {
 public:
  ExecStage(const StageContext& context, const job::StageSpec& spec, std::size_t number, bool last);

  Status start() override;
  void push(Item& item) override;
  bool has_room() const override;
  std::size_t waiting() const override { return waiting_.size(); }
  std::optional<SteadyTime> pump(SteadyTime now) override;
  void drop_revoked() override;
  void finish(SteadyTime) override {}
  bool finished() const override { return in_flight_ == 0; }
  void kill() override;
  job::StageStats stats() const override;

 private:
  struct Slot {
    Item* item = nullptr;
    std::unique_ptr<ExecProcess> process;
    SteadyTime started{};
    bool timed_out = false;
    bool cut = false;  // ended because it printed too much, or is not wanted any more
    std::string last_line;
  };

  void account(SteadyTime now);
  void start_next(Slot& slot, SteadyTime now);
  bool may_start(SteadyTime now) const;
  void start_failed(Item& item, Error error, SteadyTime now);
  Item* next_affordable();
  bool affordable(const Item& item) const;
  std::optional<SteadyTime> watch(Slot& slot, SteadyTime now);
  void settle(Slot& slot, SteadyTime now);
  void succeeded(Item& item, const std::string& output);
  std::optional<ItemError> take_out(Item& item);
  std::optional<ItemError> verdict(const Slot& slot) const;
  void fail_item(Item& item, ItemError error);

  StageContext context_;
  const job::StageSpec& spec_;
  std::size_t number_;
  bool last_;
  bool needs_path_;
  bool writes_out_;
  SpawnSpec command_;
  SizeGuess out_guess_{0};
  ItemQueue waiting_;
  std::vector<Slot> slots_;
  std::size_t in_flight_ = 0;
  job::StageStats stats_;
  SteadyTime accounted_;
  Duration busy_{};
  Duration up_{};
  SteadyTime start_at_{};  // nothing is started before
  int failed_starts_ = 0;  // in a row, for want of processes or memory
  bool gave_up_ = false;
};

}  // namespace orch::pipeline
