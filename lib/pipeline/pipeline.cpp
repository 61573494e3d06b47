#include "pipeline/pipeline.h"

#include <algorithm>

#include "pipeline/download_stage.h"
#include "pipeline/exec_command.h"
#include "pipeline/exec_stage.h"
#include "pipeline/http_stage.h"
#include "pipeline/run_stage.h"

namespace orch::pipeline {

namespace {

constexpr std::size_t kMostAhead = 1024;  // items that wait for the first stage

std::vector<std::string> stage_names(const TaskConfig& config) {
  std::vector<std::string> names{"download"};
  for (const job::StageSpec& stage : config.stages) names.push_back(stage.name);
  return names;
}

std::unique_ptr<Stage> make_stage(const StageContext& context, const job::StageSpec& spec,
                                  std::size_t number, bool last) {
  if (spec.kind == job::StageSpec::Kind::run) {
    return std::make_unique<RunStage>(context, spec, number, last);
  }
  if (spec.kind == job::StageSpec::Kind::http) {
    return std::make_unique<HttpStage>(context, spec, number);
  }
  return std::make_unique<ExecStage>(context, spec, number, last);
}

}  // namespace

Pipeline::Pipeline(Loop& loop, const TaskConfig& config, const EnvMap& env, WorkerLog& log,
                   std::string& out)
    : config_(config),
      files_(env, config.byte_budget),
      intake_(config),
      line_(stage_names(config), config.task_manager),
      out_(out) {
  const StageContext context{loop, config_, files_, log, *this};
  stages_.push_back(std::make_unique<DownloadStage>(context));
  for (std::size_t i = 0; i < config.stages.size(); ++i) {
    const bool last = i + 1 == config.stages.size();
    stages_.push_back(make_stage(context, config.stages[i], i + 1, last));
  }
}

Status Pipeline::start() {
  for (const auto& stage : stages_) ORCH_TRY(stage->start());
  return {};
}

Status Pipeline::grant(std::string_view body) {
  const std::optional<std::uint32_t> empty = ORCH_TRY(granted_.add(body));
  if (empty) job::append_end(out_, *empty);
  return {};
}

void Pipeline::revoke(std::uint32_t split) {
  granted_.revoke(split);
  for (const auto& stage : stages_) stage->drop_revoked();
}

std::optional<SteadyTime> Pipeline::pump(SteadyTime now, bool may_send) {
  may_send_ = may_send;
  std::optional<SteadyTime> wake;
  // Last stage first: room opens towards the front. Again when something moved on the way.
  do {
    feed();
    moved_ = false;
    wake.reset();
    for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
      sooner(wake, (*stage)->pump(now));
    }
  } while (moved_ && !failure_);
  return wake;
}

// Lets granted items in while a stage at the front would take them.
void Pipeline::feed() {
  while (may_send_ && !failure_ && granted_.waiting() > 0 && wants_more()) admit_next();
}

// Downloads run ahead of the first stage: theirs is the latency worth hiding.
bool Pipeline::wants_more() const {
  if (stages_.size() < 2 || stages_[1]->has_room()) return true;
  return stages_.front()->has_room() && stages_[1]->waiting() < kMostAhead;
}

void Pipeline::admit_next() {
  Item& item = granted_.next();
  const auto route = intake_.admit(item);
  if (!route) return failed(0, item, route.error());
  if (*route == Route::download) return stages_.front()->push(item);
  passed(0, item, {});
}

void Pipeline::passed(std::size_t stage, Item& item, std::string_view result) {
  moved_ = true;
  if (item.revoked()) return leave(item);
  if (stage + 1 < stages_.size()) {
    // What a download reports is no result for the next stage to see.
    if (stage > 0 && !result.empty()) item.carried = result;
    item.attempts = item.retries = item.lone_deaths = 0;
    item.single = false;
    if (!needs_path_after(stage)) files_.drop_path(item);
    return stages_[stage + 1]->push(item);
  }
  const std::string_view text = line_.ok(item, result.empty() ? "null" : result);
  if (text.size() > job::kMaxFrame / 2) {
    return failed(stage, item, {item_code::kResultTooLarge, "the result line is over 32 MiB"});
  }
  job::append_line(out_, {item.grant->split, item.index, true, text});
  leave(item);
}

void Pipeline::failed(std::size_t, Item& item, ItemError error) {
  moved_ = true;
  if (!item.revoked()) {
    job::append_line(out_, {item.grant->split, item.index, false, line_.failed(item, error)});
  }
  leave(item);
}

void Pipeline::dropped(Item& item) {
  moved_ = true;
  leave(item);
}

void Pipeline::leave(Item& item) {
  files_.drop_out(item);
  files_.drop_path(item);
  const std::uint32_t split = item.grant->split;
  if (granted_.finish(item)) job::append_end(out_, split);
}

void Pipeline::stage_failed(Error error) {
  if (!failure_) failure_ = std::move(error);
}

bool Pipeline::room_after(std::size_t stage) const {
  if (!may_send_) return false;
  return stage + 1 >= stages_.size() || stages_[stage + 1]->has_room();
}

bool Pipeline::needs_path_after(std::size_t stage) const {
  // A stage's number is one more than its place in the configuration.
  return std::any_of(config_.stages.begin() + static_cast<std::ptrdiff_t>(stage),
                     config_.stages.end(), [](const job::StageSpec& spec) {
                       return spec.kind == job::StageSpec::Kind::run || spec.http.needs_path() ||
                              mentions(spec.argv, "{path}");
                     });
}

void Pipeline::finish(SteadyTime now) {
  for (const auto& stage : stages_) stage->finish(now);
}

bool Pipeline::finished() const {
  return std::all_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return stage->finished(); });
}

void Pipeline::kill() {
  for (const auto& stage : stages_) stage->kill();
}

job::Beat Pipeline::beat() const {
  job::Beat beat;
  beat.bytes_in_use = files_.budget().in_use();
  for (const auto& stage : stages_) {
    beat.stray_lines += stage->stray_lines();
    job::StageStats stats = stage->stats();
    const bool unused = stats.done + stats.failed + stats.in_flight + stats.waiting == 0;
    if (stats.stage != "download" || !unused) beat.stages.push_back(std::move(stats));
  }
  return beat;
}

}  // namespace orch::pipeline
