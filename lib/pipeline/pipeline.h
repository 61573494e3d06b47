// The stages of one task manager and the items between them: what is granted flows download →
// preprocess → inference, each stage pulling when it has room, and leaves as result lines.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/granted.h"
#include "pipeline/intake.h"
#include "pipeline/result_line.h"
#include "pipeline/stage.h"

namespace orch::pipeline {

class Pipeline final : private StageHost {
 public:
  // Frames (line, end) are appended to `out`; nothing is written here.
  Pipeline(Loop& loop, const TaskConfig& config, const EnvMap& env, WorkerLog& log,
           std::string& out);

  // Starts the workers. Error stage_failed: one of them can never run.
  Status start();
  Status grant(std::string_view body);
  void revoke(std::uint32_t split);

  // After every turn of the loop. `may_send`: new work may start (the runner takes the results).
  // When to come back at the latest.
  std::optional<SteadyTime> pump(SteadyTime now, bool may_send);

  bool idle() const { return granted_.empty(); }
  void finish(SteadyTime now);  // once idle: ends the workers in order
  bool finished() const;
  void kill();  // every worker's group, at once
  // Set once a stage cannot go on.
  const std::optional<Error>& failure() const { return failure_; }
  job::Beat beat() const;

 private:
  void passed(std::size_t stage, Item& item, std::string_view result) override;
  void failed(std::size_t stage, Item& item, ItemError error) override;
  void dropped(Item& item) override;
  void stage_failed(Error error) override;
  bool room_after(std::size_t stage) const override;
  const Item* oldest() const override { return granted_.oldest(); }

  void feed();
  bool wants_more() const;
  void admit_next();
  bool needs_path_after(std::size_t stage) const;
  void leave(Item& item);

  const TaskConfig& config_;
  TempFiles files_;
  Granted granted_;
  Intake intake_;
  ResultLine line_;
  std::string& out_;
  std::vector<std::unique_ptr<Stage>> stages_;  // [0] is the download stage
  bool may_send_ = true;
  bool moved_ = false;  // an item came or left while stages were pumped
  std::optional<Error> failure_;
};

}  // namespace orch::pipeline
