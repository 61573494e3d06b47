#include "ops/job_view.h"

#include "base/file.h"

namespace orch::ops {
namespace {

doc::Value time_or_null(std::int64_t unix_ms) {
  if (unix_ms == 0) return nullptr;
  return rfc3339(WallTime(std::chrono::milliseconds(unix_ms)));
}

doc::Value json_or_null(const std::string& json) {
  if (json.empty()) return nullptr;
  auto value = doc::parse_json(json, "store");
  return value ? std::move(*value) : doc::Value(nullptr);
}

// The stages with percentiles instead of histograms.
doc::Value stages_of(const std::string& progress_json) {
  const auto beat = job::parse_beat(progress_json);
  return beat ? to_value(beat->stages) : doc::Value(nullptr);
}

}  // namespace

doc::Value to_value(const std::vector<job::StageStats>& stages) {
  const auto milliseconds = [](Duration duration) { return to_seconds(duration) * 1e3; };
  doc::Value::Array out;
  for (const job::StageStats& stage : stages) {
    doc::Value value;
    value.set("stage", stage.stage);
    value.set("in_flight", stage.in_flight);
    value.set("waiting", stage.waiting);
    value.set("done", stage.done);
    value.set("failed", stage.failed);
    value.set("restarts", stage.restarts);
    value.set("p50_ms", milliseconds(stage.latency.percentile(50)));
    value.set("p95_ms", milliseconds(stage.latency.percentile(95)));
    value.set("p99_ms", milliseconds(stage.latency.percentile(99)));
    out.push_back(std::move(value));
  }
  return out;
}

std::int64_t now_ms(const Clock& clock) { return unix_ms(clock.wall()); }

bool is_job_running(const std::string& job_directory) {
  return FileLock::is_held(job_directory + "/lock");
}

std::string_view shown_state(const store::JobRow& row) {
  const bool expected = row.state == store::JobState::running ||
                        (row.state == store::JobState::queued && !row.enqueued);
  if (expected && !is_job_running(row.directory)) return "stopped";
  return store::to_string(row.state);
}

doc::Value to_value(const store::JobRow& row) {
  doc::Value value;
  value.set("id", row.id);
  value.set("name", row.name);
  value.set("state", shown_state(row));
  value.set("total", row.total);
  value.set("ok", row.ok);
  value.set("failed", row.failed);
  value.set("created_at", time_or_null(row.created_ms));
  value.set("started_at", time_or_null(row.started_ms));
  value.set("ended_at", time_or_null(row.ended_ms));
  value.set("results", row.results_path);
  value.set("directory", row.directory);
  value.set("plan", json_or_null(row.plan_json));
  value.set("stages", stages_of(row.progress_json));
  value.set("error", json_or_null(row.error_json));
  value.set("exit_status", exit_status(row));
  return value;
}

int exit_status(const store::JobRow& row) {
  switch (row.state) {
    case store::JobState::done:
      if (row.failed == 0) return 0;
      return row.ok > 0 ? 8 : 3;
    case store::JobState::failed:
    case store::JobState::cancelled:
      return 3;
    case store::JobState::stopped: {
      // A deadline is the job's end; an interrupted run is not.
      const auto error = doc::parse_json(row.error_json, "store");
      const doc::Value* exit = error ? error->find("exit") : nullptr;
      const doc::Value* code = error ? error->find("code") : nullptr;
      if (code != nullptr && code->string() != nullptr && *code->string() == "deadline_reached") {
        return row.ok > 0 ? 8 : 3;
      }
      if (exit != nullptr && exit->integer() != nullptr) return static_cast<int>(*exit->integer());
      return 3;
    }
    case store::JobState::queued:
    case store::JobState::running:
      return 9;
  }
  return 1;
}

}  // namespace orch::ops
