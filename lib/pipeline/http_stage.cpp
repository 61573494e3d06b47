#include "pipeline/http_stage.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/redact.h"
#include "base/text.h"
#include "pipeline/http_request.h"

namespace orch::pipeline {
namespace {

constexpr std::size_t kSmallestQueue = 16;
constexpr Duration kProbeEvery = std::chrono::seconds(1);
constexpr Duration kFirstPause = std::chrono::milliseconds(200);  // before an item is tried again
constexpr int kNotFound = 404;

// What another moment, or another server behind the same address, may cure.
bool may_pass(int status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

http::CurlOptions options_of(const job::StageSpec& spec) {
  http::CurlOptions options;
  options.timeout = spec.timeout;
  // The result is a part of the answer, spelled more widely there.
  options.max_body = 4 * spec.max_result + (64 << 10);
  return options;
}

}  // namespace

HttpStage::HttpStage(const StageContext& context, const job::StageSpec& spec, std::size_t number)
    : context_(context), spec_(spec), number_(number), accounted_(context.loop.now()) {
  stats_.stage = spec.name;
}

bool HttpStage::has_room() const {
  return waiting_.size() < 2 * static_cast<std::size_t>(spec_.threads) + kSmallestQueue;
}

http::Caller& HttpStage::caller() {
  if (!caller_) {
    caller_ = std::make_unique<http::Caller>(context_.loop, context_.config.env, options_of(spec_),
                                             spec_.threads);
  }
  return *caller_;
}

std::optional<SteadyTime> HttpStage::pump(SteadyTime now) {
  account(now);
  std::optional<SteadyTime> wake;
  const auto due = std::stable_partition(delayed_.begin(), delayed_.end(),
                                         [&](const auto& one) { return one.first > now; });
  for (auto one = due; one != delayed_.end(); ++one) waiting_.push(*one->second);
  delayed_.erase(due, delayed_.end());
  for (const auto& [time, item] : delayed_) sooner(wake, time);
  if (gave_up_ || waiting_.empty()) return wake;
  if (!ready_) {
    sooner(wake, wait_for_server(now));
    return wake;
  }
  while (!waiting_.empty() && calls_.size() < static_cast<std::size_t>(spec_.threads) &&
         context_.host.room_after(number_)) {
    start_next(now);
  }
  return wake;
}

void HttpStage::account(SteadyTime now) {
  const Duration passed = now - accounted_;
  up_ += passed * spec_.threads;
  busy_ += passed * static_cast<long>(calls_.size());
  accounted_ = now;
}

std::optional<SteadyTime> HttpStage::wait_for_server(SteadyTime now) {
  if (!away_since_) away_since_ = now;
  const SteadyTime end = *away_since_ + spec_.start_timeout;
  if (now >= end) {
    gave_up_ = true;
    context_.host.stage_failed(
        {ErrorCode::stage_failed,
         fmt::format("stage {}: {} was not ready within {}: {}", spec_.name,
                     printable(show_url(spec_.http.url)), format_duration(spec_.start_timeout),
                     away_because_.empty() ? "no answer" : away_because_),
         "start the server, then `orch submit --resume JOB` runs what is missing",
         {},
         {},
         {}});
    return std::nullopt;
  }
  if (!probing_ && now >= next_probe_) {
    probing_ = true;
    next_probe_ = now + kProbeEvery;
    caller().start(ready_request(spec_.http),
                   [this](Result<http::Response> response) { probed(std::move(response)); });
  }
  return std::min(end, std::max(next_probe_, now));
}

void HttpStage::probed(Result<http::Response> response) {
  probing_ = false;
  if (response && is_ready(spec_.http, *response)) {
    ready_ = true;
    away_since_.reset();
    return;
  }
  const std::string why = response ? refusal_text(*response) : response.error().message;
  if (why != away_because_) {
    context_.log.add({spec_.name, 0, 0, false}, fmt::format("waiting for the server: {}", why));
  }
  away_because_ = why;
  // TF Serving answers 404 for a model that it was not told to load.
  const bool never = response && response->status == kNotFound &&
                     spec_.http.protocol == job::HttpCall::Protocol::tfserving;
  if (!never) return;
  gave_up_ = true;
  context_.host.stage_failed(
      {ErrorCode::stage_failed,
       fmt::format("stage {}: {} has no model {}: {}", spec_.name,
                   printable(show_url(spec_.http.url)), printable(spec_.http.model), why),
       "correct http.model, or the server's model_name",
       {},
       {},
       {}});
}

void HttpStage::server_is_away(const std::string& why) {
  if (ready_) context_.log.add({spec_.name, 0, 0, false}, "the server is away: " + why);
  ready_ = false;
  away_because_ = why;
}

void HttpStage::start_next(SteadyTime now) {
  Item& item = waiting_.pop();
  ++item.attempts;
  auto request = infer_request(spec_.http, item);
  if (!request) return fail_item(item, std::move(request).error());
  // `answered` comes from the loop, never from inside start(): the id is known by then.
  auto id = std::make_shared<http::Caller::Id>(0);
  *id = caller().start(std::move(*request), [this, id](Result<http::Response> response) {
    answered(*id, std::move(response));
  });
  calls_.emplace(*id, Call{&item, now});
}

void HttpStage::answered(http::Caller::Id id, Result<http::Response> response) {
  const auto node = calls_.extract(id);
  if (!node) return;
  Item& item = *node.mapped().item;
  const Duration took = context_.loop.now() - node.mapped().started;
  item.spent[number_] += took;
  item.visited[number_] = true;
  if (item.revoked()) return context_.host.dropped(item);
  if (response) {
    stats_.latency.add(took);
    return judge(item, *response);
  }
  const Error& error = response.error();
  if (error.code == ErrorCode::unreachable) {  // it was never asked: no attempt
    --item.attempts;
    server_is_away(error.message);
    return waiting_.push_front(item);
  }
  const char* code =
      error.code == ErrorCode::timed_out ? item_code::kTimedOut : item_code::kBadAnswer;
  if (error.code == ErrorCode::timed_out) return fail_item(item, {code, error.message});
  try_again(item, {code, error.message});
}

void HttpStage::judge(Item& item, const http::Response& response) {
  if (!response.ok()) {
    ItemError error{item_code::kServerRefused, refusal_text(response)};
    return may_pass(response.status) ? try_again(item, std::move(error))
                                     : fail_item(item, std::move(error));
  }
  auto result = infer_result(spec_.http, response.body);
  if (!result) return fail_item(item, std::move(result).error());
  if (result->size() > spec_.max_result) {
    return fail_item(
        item, {item_code::kResultTooLarge,
               fmt::format("the result is over max_result ({})", format_size(spec_.max_result))});
  }
  ++stats_.done;
  context_.host.passed(number_, item, *result);
}

void HttpStage::try_again(Item& item, ItemError error) {
  if (item.retries >= context_.config.retry_item) return fail_item(item, std::move(error));
  const Duration pause = kFirstPause * (1 << std::min(item.retries, 5));
  ++item.retries;
  delayed_.emplace_back(context_.loop.now() + pause, &item);
}

void HttpStage::fail_item(Item& item, ItemError error) {
  ++stats_.failed;
  context_.host.failed(number_, item, std::move(error));
}

void HttpStage::drop_revoked() {
  waiting_.remove_if([](const Item& item) { return item.revoked(); },
                     [&](Item& item) { context_.host.dropped(item); });
  std::erase_if(delayed_, [&](const auto& one) {
    if (!one.second->revoked()) return false;
    context_.host.dropped(*one.second);
    return true;
  });
  for (auto call = calls_.begin(); call != calls_.end();) {
    Item& item = *call->second.item;
    if (!item.revoked()) {
      ++call;
      continue;
    }
    caller_->cancel(call->first);
    call = calls_.erase(call);
    context_.host.dropped(item);
  }
}

void HttpStage::kill() {
  gave_up_ = true;
  caller_.reset();
  calls_.clear();
}

job::StageStats HttpStage::stats() const {
  job::StageStats stats = stats_;
  stats.in_flight = calls_.size();
  stats.waiting = waiting();
  stats.busy_seconds = to_seconds(busy_);
  stats.slot_seconds = to_seconds(up_);
  return stats;
}

}  // namespace orch::pipeline
