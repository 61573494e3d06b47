// An `http` stage: each item is a request to a model server, `threads` at a time. While the server
// is away, or still loads the model, items wait: at its start and whenever it restarts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "http/caller.h"
#include "pipeline/stage.h"

namespace orch::pipeline {

class HttpStage final : public Stage {
 public:
  HttpStage(const StageContext& context, const job::StageSpec& spec, std::size_t number);

  Status start() override { return {}; }
  void push(Item& item) override { waiting_.push(item); }
  bool has_room() const override;
  std::size_t waiting() const override { return waiting_.size() + delayed_.size(); }
  std::optional<SteadyTime> pump(SteadyTime now) override;
  void drop_revoked() override;
  void finish(SteadyTime) override {}
  bool finished() const override { return calls_.empty(); }
  void kill() override;
  job::StageStats stats() const override;

 private:
  struct Call {
    Item* item = nullptr;
    SteadyTime started{};
  };

  void account(SteadyTime now);
  http::Caller& caller();
  std::optional<SteadyTime> wait_for_server(SteadyTime now);
  void probed(Result<http::Response> response);
  void server_is_away(const std::string& why);
  void start_next(SteadyTime now);
  void answered(http::Caller::Id id, Result<http::Response> response);
  void judge(Item& item, const http::Response& response);
  void try_again(Item& item, ItemError error);
  void fail_item(Item& item, ItemError error);

  StageContext context_;
  const job::StageSpec& spec_;
  std::size_t number_;
  std::unique_ptr<http::Caller> caller_;  // made for the first request
  std::unordered_map<http::Caller::Id, Call> calls_;
  ItemQueue waiting_;
  std::vector<std::pair<SteadyTime, Item*>> delayed_;  // to be tried again, and when
  bool ready_ = false;
  bool probing_ = false;  // the question is on its way
  bool gave_up_ = false;
  std::string away_because_;  // what the last look at the server said
  std::optional<SteadyTime> away_since_;
  SteadyTime next_probe_{};
  job::StageStats stats_;
  SteadyTime accounted_;
  Duration busy_{};
  Duration up_{};
};

}  // namespace orch::pipeline
