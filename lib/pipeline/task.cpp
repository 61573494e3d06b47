#include "pipeline/task.h"

#include <fmt/core.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "doc/value.h"

namespace orch::pipeline {

namespace {

using doc::Value;

Value to_value(Duration duration) { return static_cast<std::int64_t>(duration.count()); }

Value to_value(const job::StageSpec& stage) {
  Value value;
  value.set("name", stage.name);
  constexpr std::string_view kKinds[] = {"run", "exec", "http"};
  value.set("kind", kKinds[static_cast<std::size_t>(stage.kind)]);
  if (stage.kind == job::StageSpec::Kind::http) value.set("http", job::to_value(stage.http));
  Value::Array argv;
  for (const std::string& argument : stage.argv) argv.emplace_back(argument);
  value.set("argv", std::move(argv));
  value.set("processes", stage.processes);
  value.set("threads", stage.threads);
  value.set("timeout_ns", to_value(stage.timeout));
  value.set("start_timeout_ns", to_value(stage.start_timeout));
  if (stage.batch) {
    Value batch;
    batch.set("size", stage.batch->size);
    batch.set("max_delay_ns", to_value(stage.batch->max_delay));
    value.set("batch", std::move(batch));
  }
  value.set("max_result", stage.max_result);
  return value;
}

std::string_view name_of(job::DownloadSpec::Wanted wanted) {
  switch (wanted) {
    case job::DownloadSpec::Wanted::yes:
      return "yes";
    case job::DownloadSpec::Wanted::no:
      return "no";
    case job::DownloadSpec::Wanted::automatic:
      break;
  }
  return "automatic";
}

Value to_value(const job::DownloadSpec& download) {
  Value value;
  value.set("wanted", name_of(download.wanted));
  value.set("threads", download.threads);
  value.set("timeout_ns", to_value(download.timeout));
  value.set("retries", download.retries);
  value.set("max_bytes", download.max_bytes);
  return value;
}

// Takes members out of one object; the first that is absent or of another type is remembered.
class Reader {
 public:
  Reader(const Value& object, std::string_view where) : object_(object), where_(where) {}

  void take(std::string_view key, std::string& out) {
    const Value* member = find(key);
    if (member == nullptr) return;
    if (const std::string* text = member->string()) {
      out = *text;
    } else {
      complain(key);
    }
  }
  void take(std::string_view key, bool& out) {
    const Value* member = find(key);
    if (member == nullptr) return;
    if (const bool* flag = member->boolean()) {
      out = *flag;
    } else {
      complain(key);
    }
  }
  template <class Integer>
  void take_integer(std::string_view key, Integer& out, std::int64_t least) {
    const Value* member = find(key);
    if (member == nullptr) return;
    const std::int64_t* number = member->integer();
    if (number == nullptr || *number < least || !std::in_range<Integer>(*number)) {
      return complain(key);
    }
    out = static_cast<Integer>(*number);
  }
  void take(std::string_view key, Duration& out) {
    std::int64_t count = 0;
    take_integer(key, count, 0);
    out = Duration(count);
  }
  const Value* find(std::string_view key) {
    const Value* member = object_.find(key);
    if (member == nullptr) complain(key);
    return member;
  }
  void complain(std::string_view key) {
    if (bad_.empty()) bad_ = fmt::format("{}{}", where_, key);
  }
  Status status() const {
    if (bad_.empty()) return {};
    return fail(ErrorCode::bad_answer,
                fmt::format("the task's configuration has no valid `{}`", bad_),
                "use the same orch version on both sides");
  }

 private:
  const Value& object_;
  std::string where_;
  std::string bad_;
};

void take_texts(Reader& reader, std::string_view key, std::vector<std::string>& out) {
  const Value* member = reader.find(key);
  const Value::Array* array = member != nullptr ? member->array() : nullptr;
  if (array == nullptr) return reader.complain(key);
  for (const Value& entry : *array) {
    if (entry.string() == nullptr) return reader.complain(key);
    out.push_back(*entry.string());
  }
}

Result<job::StageSpec> parse_stage(const Value& value) {
  Reader reader(value, "stages.");
  job::StageSpec stage;
  std::string kind;
  reader.take("name", stage.name);
  reader.take("kind", kind);
  if (kind != "run" && kind != "exec" && kind != "http") reader.complain("kind");
  stage.kind = kind == "exec" ? job::StageSpec::Kind::exec : job::StageSpec::Kind::run;
  take_texts(reader, "argv", stage.argv);
  if (kind == "http") {
    const Value* http = reader.find("http");
    stage.kind = job::StageSpec::Kind::http;
    if (http != nullptr) stage.http = job::http_call_of(*http);
    if (stage.http.inputs.empty()) reader.complain("http");
  } else if (stage.argv.empty()) {
    reader.complain("argv");
  }
  reader.take_integer("processes", stage.processes, 1);
  reader.take_integer("threads", stage.threads, 1);
  reader.take("timeout_ns", stage.timeout);
  reader.take("start_timeout_ns", stage.start_timeout);
  reader.take_integer("max_result", stage.max_result, 1);
  ORCH_TRY(reader.status());
  if (const Value* batch = value.find("batch")) {
    Reader batch_reader(*batch, "stages.batch.");
    stage.batch.emplace();
    batch_reader.take_integer("size", stage.batch->size, 1);
    batch_reader.take("max_delay_ns", stage.batch->max_delay);
    ORCH_TRY(batch_reader.status());
  }
  return stage;
}

Result<job::DownloadSpec> parse_download(const Value& value) {
  Reader reader(value, "download.");
  job::DownloadSpec download;
  std::string wanted;
  reader.take("wanted", wanted);
  if (wanted == "yes") download.wanted = job::DownloadSpec::Wanted::yes;
  if (wanted == "no") download.wanted = job::DownloadSpec::Wanted::no;
  reader.take_integer("threads", download.threads, 1);
  reader.take("timeout_ns", download.timeout);
  reader.take_integer("retries", download.retries, 0);
  reader.take_integer("max_bytes", download.max_bytes, 0);
  ORCH_TRY(reader.status());
  return download;
}

Status take_env(Reader& reader, EnvMap& env) {
  const Value* member = reader.find("env");
  const Value::Object* object = member != nullptr ? member->object() : nullptr;
  if (member != nullptr && object == nullptr && !member->is_null()) reader.complain("env");
  if (object == nullptr) return reader.status();
  for (const auto& [name, value] : *object) {
    if (value.string() == nullptr) {
      reader.complain("env");
    } else {
      env[name] = *value.string();
    }
  }
  return reader.status();
}

}  // namespace

std::string to_json(const TaskConfig& config) {
  Value value;
  value.set("job_id", config.job_id);
  value.set("task_manager", config.task_manager);
  value.set("base_directory", config.base_directory);
  value.set("bucket", config.bucket);
  value.set("working_dir", config.working_dir);
  Value::Object env;
  for (const auto& [name, text] : config.env) env.emplace_back(name, text);
  value.set("env", std::move(env));
  value.set("download", to_value(config.download));
  Value::Array stages;
  for (const job::StageSpec& stage : config.stages) stages.push_back(to_value(stage));
  value.set("stages", std::move(stages));
  value.set("retry_item", config.retry_item);
  value.set("keep_alive", config.keep_alive);
  value.set("keep_alive_interval_ns", to_value(config.keep_alive_interval));
  value.set("byte_budget", config.byte_budget);
  value.set("stop_grace_ns", to_value(config.stop_grace));
  return doc::to_json(value);
}

Result<TaskConfig> parse_task_config(std::string_view json) {
  const Value value = ORCH_TRY(doc::parse_json(json, "the task's configuration"));
  TaskConfig config;
  Reader reader(value, "");
  reader.take("job_id", config.job_id);
  reader.take_integer("task_manager", config.task_manager, 1);
  reader.take("base_directory", config.base_directory);
  reader.take("bucket", config.bucket);
  reader.take("working_dir", config.working_dir);
  reader.take_integer("retry_item", config.retry_item, 0);
  reader.take("keep_alive", config.keep_alive);
  reader.take("keep_alive_interval_ns", config.keep_alive_interval);
  reader.take_integer("byte_budget", config.byte_budget, 0);
  reader.take("stop_grace_ns", config.stop_grace);
  const Value* download = reader.find("download");
  const Value* stages = reader.find("stages");
  if (stages != nullptr && (stages->array() == nullptr || stages->array()->size() > 2)) {
    reader.complain("stages");
  }
  ORCH_TRY(take_env(reader, config.env));
  config.download = ORCH_TRY(parse_download(*download));
  for (const Value& stage : *stages->array()) {
    config.stages.push_back(ORCH_TRY(parse_stage(stage)));
  }
  return config;
}

}  // namespace orch::pipeline
