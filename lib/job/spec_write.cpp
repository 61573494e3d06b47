#include <fmt/core.h>

#include <array>
#include <limits>

#include "job/spec.h"

namespace orch::job {
namespace {

using doc::Value;

// Exact, in a form that parse_duration reads.
Value exact(Duration duration) {
  struct Unit {
    std::int64_t ns;
    std::string_view name;
  };
  constexpr std::array<Unit, 4> kUnits = {
      {{3'600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"}, {1'000'000, "ms"}}};
  const std::int64_t ns = duration.count();
  for (const Unit& unit : kUnits) {
    if (ns != 0 && ns % unit.ns == 0) return fmt::format("{}{}", ns / unit.ns, unit.name);
  }
  return fmt::format("{}.{:06}ms", ns / 1'000'000, ns % 1'000'000);
}

Value texts(const std::vector<std::string>& list) {
  return Value(Value::Array(list.begin(), list.end()));
}

Value to_value(const InputSource& input) {
  using Kind = InputSource::Kind;
  Value value;
  if (input.kind == Kind::list) value.set("list", input.list);
  if (input.kind == Kind::file) value.set("file", input.path);
  if (input.kind == Kind::glob) value.set("glob", input.path);
  if (input.kind == Kind::csv) {
    Value& csv = value.set("csv", {});
    csv.set("file", input.path);
    csv.set("column", input.column);
  }
  value.set("base_directory", input.base_directory);
  return value;
}

Value to_value(const JobPolicy& policy) {
  if (policy.table.empty()) return policy.name;
  Value::Array rows;
  for (const PolicyRow& row : policy.table) {
    Value& value = rows.emplace_back();
    value.set("up_to", row.up_to);
    value.set("split_size", row.split_size);
    value.set("num_task_managers", row.num_task_managers);
  }
  Value value;
  value.set("name", policy.name);
  value.set("table", std::move(rows));
  return value;
}

// `enabled: true` is written only where the file demanded it.
void set_enabled(Value& value, bool enabled, bool demanded) {
  if (!enabled || demanded) value.set("enabled", enabled);
}

Value to_value(const Speculation& speculation) {
  Value value;
  set_enabled(value, speculation.enabled, speculation.demanded);
  value.set("multiplier", speculation.multiplier);
  value.set("quartile", speculation.quartile);
  value.set("interval", exact(speculation.interval));
  return value;
}

Value to_value(const KeepAlive& keep_alive) {
  Value value;
  set_enabled(value, keep_alive.enabled, keep_alive.demanded);
  value.set("interval", exact(keep_alive.interval));
  return value;
}

Value to_value(const EnvValue& env) {
  using From = EnvValue::From;
  Value value;
  switch (env.from) {
    case From::text:
      return env.text;
    case From::env:
      value.set("env", env.text);
      break;
    case From::file:
      value.set("file", env.text);
      break;
    case From::exec:
      value.set("exec", texts(env.argv));
      break;
  }
  return value;
}

Value to_value(const DownloadSpec& download) {
  if (download.wanted == DownloadSpec::Wanted::no) return false;
  Value value;
  value.set("threads", download.threads);
  value.set("timeout", exact(download.timeout));
  value.set("retries", download.retries);
  value.set("max_bytes", download.max_bytes);
  return value;
}

Value to_value(const StageSpec& stage) {
  Value value;
  if (stage.kind == StageSpec::Kind::http) {
    value.set("http", to_value(stage.http));
  } else {
    value.set(stage.kind == StageSpec::Kind::run ? "run" : "exec", texts(stage.argv));
    value.set("processes", stage.processes);
  }
  value.set("threads", stage.threads);
  value.set("timeout", exact(stage.timeout));
  value.set("start_timeout", exact(stage.start_timeout));
  if (stage.batch) {
    Value& batch = value.set("batch", {});
    batch.set("size", stage.batch->size);
    batch.set("max_delay", exact(stage.batch->max_delay));
  }
  value.set("max_result", stage.max_result);
  return value;
}

Value pipeline_value(const JobSpec& spec) {
  Value value{Value::Object{}};
  if (spec.download.wanted != DownloadSpec::Wanted::automatic) {
    value.set("download", to_value(spec.download));
  }
  for (const StageSpec& stage : spec.stages) value.set(stage.name, to_value(stage));
  return value;
}

Value to_value(const OutputSpec& output) {
  Value value{Value::Object{}};
  if (output.storage == OutputSpec::Storage::local) value.set("storage", "local");
  if (output.storage == OutputSpec::Storage::stdout_) value.set("storage", "stdout");
  if (!output.location.empty()) value.set("location", output.location);
  return value;
}

}  // namespace

Value to_value(const JobSpec& spec) {
  Value value;
  value.set("kind", "Job");
  value.set("name", spec.name);
  value.set("input", to_value(spec.input));
  value.set("on", spec.on);
  if (spec.split_size) value.set("split_size", *spec.split_size);
  if (spec.num_task_managers) value.set("num_task_managers", *spec.num_task_managers);
  value.set("job_policy", to_value(spec.policy));
  value.set("speculation", to_value(spec.speculation));
  value.set("keep_alive", to_value(spec.keep_alive));
  value.set("working_dir", spec.working_dir);
  if (!spec.excludes.empty()) value.set("excludes", texts(spec.excludes));
  for (const auto& [name, env] : spec.env) {
    if (!value.find("env")) value.set("env", Value::Object{});
    value.find("env")->set(name, to_value(env));
  }
  value.set("pipeline", pipeline_value(spec));
  value.set("output", to_value(spec.output));
  Value& retry = value.set("retry", {});
  retry.set("item", spec.retry_item);
  retry.set("split", spec.retry_split);
  if (spec.deadline) value.set("deadline", exact(*spec.deadline));
  return value;
}

}  // namespace orch::job
