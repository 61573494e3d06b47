#include "job/stage_stats.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace orch::job {
namespace {

constexpr double kGrowth = 1.05;

std::size_t bucket_of(Duration value, std::size_t buckets) {
  const double microseconds = to_seconds(value) * 1e6;
  if (microseconds <= 1) return 0;
  const auto bucket = static_cast<std::size_t>(std::log(microseconds) / std::log(kGrowth));
  return std::min(bucket, buckets - 1);
}

Duration middle_of(std::size_t bucket) {
  return from_seconds(std::pow(kGrowth, static_cast<double>(bucket) + 0.5) * 1e-6);
}

tl::unexpected<Error> bad_beat(std::string_view what) {
  return fail(ErrorCode::bad_answer, fmt::format("a beat without a valid `{}` came", what),
              "use the same orch version on both sides");
}

Result<std::uint64_t> count_member(const doc::Value& object, std::string_view key) {
  const doc::Value* member = object.find(key);
  const std::int64_t* number = member != nullptr ? member->integer() : nullptr;
  if (number == nullptr || *number < 0) return bad_beat(key);
  return static_cast<std::uint64_t>(*number);
}

Result<double> real_member(const doc::Value& object, std::string_view key) {
  const doc::Value* member = object.find(key);
  if (member != nullptr && member->real() != nullptr) return *member->real();
  if (member != nullptr && member->integer() != nullptr) {
    return static_cast<double>(*member->integer());
  }
  return bad_beat(key);
}

doc::Value to_value(const StageStats& stats) {
  doc::Value value;
  value.set("stage", stats.stage);
  value.set("in_flight", stats.in_flight);
  value.set("waiting", stats.waiting);
  value.set("done", stats.done);
  value.set("failed", stats.failed);
  value.set("busy_seconds", stats.busy_seconds);
  value.set("slot_seconds", stats.slot_seconds);
  value.set("restarts", stats.restarts);
  value.set("latency", stats.latency.to_value());
  return value;
}

Result<StageStats> read_stage(const doc::Value& value) {
  StageStats stats;
  const doc::Value* stage = value.find("stage");
  if (stage == nullptr || stage->string() == nullptr) return bad_beat("stage");
  stats.stage = *stage->string();
  stats.in_flight = ORCH_TRY(count_member(value, "in_flight"));
  stats.waiting = ORCH_TRY(count_member(value, "waiting"));
  stats.done = ORCH_TRY(count_member(value, "done"));
  stats.failed = ORCH_TRY(count_member(value, "failed"));
  stats.busy_seconds = ORCH_TRY(real_member(value, "busy_seconds"));
  stats.slot_seconds = ORCH_TRY(real_member(value, "slot_seconds"));
  stats.restarts = ORCH_TRY(count_member(value, "restarts"));
  if (const doc::Value* latency = value.find("latency")) {
    stats.latency = ORCH_TRY(Histogram::from_value(*latency));
  }
  return stats;
}

void add(StageStats& sum, const StageStats& part) {
  sum.in_flight += part.in_flight;
  sum.waiting += part.waiting;
  sum.done += part.done;
  sum.failed += part.failed;
  sum.busy_seconds += part.busy_seconds;
  sum.slot_seconds += part.slot_seconds;
  sum.restarts += part.restarts;
  sum.latency.merge(part.latency);
}

}  // namespace

void Histogram::add(Duration value) {
  if (buckets_.empty()) buckets_.resize(kBuckets);
  ++buckets_[bucket_of(value, kBuckets)];
  ++count_;
}

void Histogram::merge(const Histogram& other) {
  if (other.buckets_.empty()) return;
  if (buckets_.empty()) buckets_.resize(kBuckets);
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
}

Duration Histogram::percentile(double p) const {
  if (count_ == 0) return Duration::zero();
  const double wanted = std::ceil(p / 100 * static_cast<double>(count_));
  double seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted && buckets_[i] > 0) return middle_of(i);
  }
  return middle_of(buckets_.size() - 1);
}

doc::Value Histogram::to_value() const {
  doc::Value::Array pairs;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i] == 0) continue;
    pairs.emplace_back(
        doc::Value::Array{static_cast<std::int64_t>(i), static_cast<std::int64_t>(buckets_[i])});
  }
  return pairs;
}

Result<Histogram> Histogram::from_value(const doc::Value& value) {
  Histogram histogram;
  const doc::Value::Array* pairs = value.array();
  if (pairs == nullptr) return bad_beat("latency");
  if (!pairs->empty()) histogram.buckets_.resize(kBuckets);
  for (const doc::Value& entry : *pairs) {
    const doc::Value::Array* pair = entry.array();
    if (pair == nullptr || pair->size() != 2) return bad_beat("latency");
    const std::int64_t* bucket = (*pair)[0].integer();
    const std::int64_t* count = (*pair)[1].integer();
    if (bucket == nullptr || count == nullptr || *bucket < 0 || *count < 0 ||
        *bucket >= static_cast<std::int64_t>(kBuckets) || *count > UINT32_MAX) {
      return bad_beat("latency");
    }
    histogram.buckets_[static_cast<std::size_t>(*bucket)] += static_cast<std::uint32_t>(*count);
    histogram.count_ += static_cast<std::uint64_t>(*count);
  }
  return histogram;
}

std::string to_json(const Beat& beat) {
  doc::Value value;
  doc::Value::Array stages;
  for (const StageStats& stage : beat.stages) stages.push_back(to_value(stage));
  value.set("stages", std::move(stages));
  value.set("bytes_in_use", beat.bytes_in_use);
  value.set("stray_lines", beat.stray_lines);
  return doc::to_json(value);
}

Result<Beat> parse_beat(std::string_view json) {
  const doc::Value value = ORCH_TRY(doc::parse_json(json, "beat"));
  Beat beat;
  const doc::Value* stages = value.find("stages");
  if (stages == nullptr || stages->array() == nullptr) return bad_beat("stages");
  for (const doc::Value& stage : *stages->array()) {
    beat.stages.push_back(ORCH_TRY(read_stage(stage)));
  }
  beat.bytes_in_use = ORCH_TRY(count_member(value, "bytes_in_use"));
  beat.stray_lines = ORCH_TRY(count_member(value, "stray_lines"));
  return beat;
}

Beat total(const std::vector<Beat>& beats) {
  Beat sum;
  for (const Beat& beat : beats) {
    sum.bytes_in_use += beat.bytes_in_use;
    sum.stray_lines += beat.stray_lines;
    for (const StageStats& stage : beat.stages) {
      const auto known = std::find_if(sum.stages.begin(), sum.stages.end(),
                                      [&](const StageStats& s) { return s.stage == stage.stage; });
      if (known == sum.stages.end()) {
        sum.stages.push_back(stage);
      } else {
        add(*known, stage);
      }
    }
  }
  return sum;
}

Bottleneck find_bottleneck(const Beat& total, int cores) {
  const StageStats* busiest = nullptr;
  double highest = 0;
  for (const StageStats& stage : total.stages) {
    if (stage.slot_seconds <= 0) continue;
    const double utilisation = stage.busy_seconds / stage.slot_seconds;
    if (utilisation > highest) {
      highest = utilisation;
      busiest = &stage;
    }
  }
  // Below this every stage mostly waits: nothing to say that would be true.
  constexpr double kStandsOut = 0.6;
  if (busiest == nullptr || highest < kStandsOut) return {};
  if (busiest->stage == "download") {
    return {busiest->stage,
            "its connections were nearly always in use: raise pipeline.download.threads, or "
            "num_task_managers"};
  }
  return {busiest->stage,
          fmt::format("its workers were busy {:.0f} % of the time: raise pipeline.{}.processes "
                      "while the machine's {} cores have room, or batch its items",
                      highest * 100, busiest->stage, cores)};
}

}  // namespace orch::job
