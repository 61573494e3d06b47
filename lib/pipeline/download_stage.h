// The download stage: URLs into files, as far as the byte budget reaches.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/downloader.h"
#include "pipeline/stage.h"

namespace orch::pipeline {

class DownloadStage final : public Stage {
 public:
  explicit DownloadStage(const StageContext& context);

  Status start() override { return {}; }
  void push(Item& item) override { waiting_.push(item); }
  bool has_room() const override { return waiting_.empty(); }
  std::size_t waiting() const override { return waiting_.size(); }
  std::optional<SteadyTime> pump(SteadyTime now) override;
  void drop_revoked() override;
  void finish(SteadyTime) override {}
  bool finished() const override { return transfers_.empty(); }
  void kill() override;
  job::StageStats stats() const override;

 private:
  struct Transfer {
    Item* item = nullptr;
    std::string path;
    std::uint64_t charged = 0;
    SteadyTime started{};
  };

  void account(SteadyTime now);
  bool may_start(const Item& item) const;
  void start_next(SteadyTime now);
  bool admit(http::Downloader::Id id, std::uint64_t bytes);
  void done(http::Downloader::Id id, Result<http::DownloadReply> reply, int attempts);
  void resume_paused();

  StageContext context_;
  const job::DownloadSpec& spec_;
  std::unique_ptr<http::Downloader> downloader_;  // made for the first URL
  std::unordered_map<http::Downloader::Id, Transfer> transfers_;
  ItemQueue waiting_;
  SizeGuess guess_;
  // What held when a transfer was last paused.
  bool paused_ = false;
  const Item* paused_oldest_ = nullptr;
  std::uint64_t paused_in_use_ = 0;
  job::StageStats stats_;
  SteadyTime accounted_;
  Duration busy_{};
  Duration up_{};
  bool gave_up_ = false;
};

}  // namespace orch::pipeline
