#include "pipeline/download_stage.h"

#include <algorithm>
#include <utility>

#include "doc/value.h"

namespace orch::pipeline {

namespace {

constexpr int kFewThreads = 64;  // below it the number is a wish to be gentle: never exceeded
constexpr int kMostConnections = 256;
constexpr std::uint64_t kFirstGuess = 64 << 10;
constexpr std::size_t kDownload = 0;  // the stage's number

http::DownloadOptions options_of(const job::DownloadSpec& spec) {
  http::DownloadOptions options;
  options.start_connections = spec.threads;
  options.max_connections =
      spec.threads < kFewThreads ? spec.threads : std::max(spec.threads, kMostConnections);
  options.per_host = options.max_connections;
  return options;
}

std::string result_of(const http::DownloadReply& reply) {
  std::string out = "{\"bytes\":" + std::to_string(reply.bytes) + ",\"content_type\":";
  doc::append_json_string(out, reply.content_type);
  return out + "}";
}

}  // namespace

DownloadStage::DownloadStage(const StageContext& context)
    : context_(context),
      spec_(context.config.download),
      guess_(std::min(kFirstGuess, spec_.max_bytes)),
      accounted_(context.loop.now()) {
  stats_.stage = "download";
}

std::optional<SteadyTime> DownloadStage::pump(SteadyTime now) {
  account(now);
  if (paused_) resume_paused();
  while (!gave_up_ && !waiting_.empty() && may_start(*waiting_.front())) start_next(now);
  return std::nullopt;
}

void DownloadStage::account(SteadyTime now) {
  const Duration passed = now - accounted_;
  const auto active = static_cast<long>(transfers_.size());
  busy_ += passed * active;
  up_ += passed * std::max(active, static_cast<long>(spec_.threads));
  accounted_ = now;
}

bool DownloadStage::may_start(const Item& item) const {
  if (downloader_ && downloader_->room() <= 0) return false;
  const ByteBudget& budget = context_.files.budget();
  const bool alone = transfers_.empty() && budget.in_use() == 0;
  return budget.allows(guess_.bytes() * (transfers_.size() + 1),
                       alone || &item == context_.host.oldest());
}

void DownloadStage::start_next(SteadyTime now) {
  Item& item = waiting_.pop();
  auto path = context_.files.new_path(item.text);
  if (!path) {
    gave_up_ = true;
    waiting_.push_front(item);
    return context_.host.stage_failed(std::move(path).error());
  }
  if (!downloader_) {
    downloader_ = std::make_unique<http::Downloader>(
        context_.loop, options_of(spec_),
        [this](http::Downloader::Id id, std::uint64_t bytes) { return admit(id, bytes); });
  }
  // `done` comes from the loop, never from inside start(): the id is known by then.
  auto id = std::make_shared<http::Downloader::Id>(0);
  *id = downloader_->start({.url = item.text,
                            .path = *path,
                            .timeout = spec_.timeout,
                            .retries = spec_.retries,
                            .max_bytes = spec_.max_bytes},
                           [this, id](Result<http::DownloadReply> reply, int attempts) {
                             done(*id, std::move(reply), attempts);
                           });
  item.download = *id;
  transfers_.emplace(*id, Transfer{&item, std::move(*path), 0, now});
}

bool DownloadStage::admit(http::Downloader::Id id, std::uint64_t bytes) {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) return true;
  Transfer& transfer = found->second;
  ByteBudget& budget = context_.files.budget();
  const bool alone = budget.in_use() == transfer.charged;
  if (!budget.allows(bytes, alone || transfer.item == context_.host.oldest())) {
    paused_ = true;
    paused_oldest_ = context_.host.oldest();
    paused_in_use_ = budget.in_use();
    return false;
  }
  budget.charge(bytes);
  transfer.charged += bytes;
  return true;
}

void DownloadStage::resume_paused() {
  const bool changed =
      context_.host.oldest() != paused_oldest_ || context_.files.budget().in_use() < paused_in_use_;
  if (!changed) return;
  paused_ = false;
  downloader_->resume();
}

void DownloadStage::done(http::Downloader::Id id, Result<http::DownloadReply> reply, int attempts) {
  const auto node = transfers_.extract(id);
  if (!node) return;
  Transfer transfer = std::move(node.mapped());
  Item& item = *transfer.item;
  context_.files.budget().release(transfer.charged);
  const Duration took = context_.loop.now() - transfer.started;
  item.spent[kDownload] += took;
  item.visited[kDownload] = true;
  item.attempts = attempts;
  if (!reply) {
    ++stats_.failed;
    return context_.host.failed(kDownload, item,
                                {"download_" + std::string(traits(reply.error().code).name),
                                 std::move(reply.error().message)});
  }
  ++stats_.done;
  stats_.latency.add(took);
  guess_.saw(reply->bytes);
  context_.files.adopt(item, std::move(transfer.path), reply->bytes);
  context_.host.passed(kDownload, item, result_of(*reply));
}

void DownloadStage::drop_revoked() {
  waiting_.remove_if([](const Item& item) { return item.revoked(); },
                     [&](Item& item) { context_.host.dropped(item); });
  for (auto transfer = transfers_.begin(); transfer != transfers_.end();) {
    Item& item = *transfer->second.item;
    if (!item.revoked()) {
      ++transfer;
      continue;
    }
    downloader_->cancel(transfer->first);
    context_.files.budget().release(transfer->second.charged);
    transfer = transfers_.erase(transfer);
    context_.host.dropped(item);
  }
}

void DownloadStage::kill() {
  gave_up_ = true;
  downloader_.reset();
  transfers_.clear();
}

job::StageStats DownloadStage::stats() const {
  job::StageStats stats = stats_;
  stats.in_flight = transfers_.size();
  stats.waiting = waiting_.size();
  stats.busy_seconds = to_seconds(busy_);
  stats.slot_seconds = to_seconds(up_);
  return stats;
}

}  // namespace orch::pipeline
