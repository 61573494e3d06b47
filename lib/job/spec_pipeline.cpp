#include <fmt/core.h>

#include "job/spec_parts.h"

namespace orch::job {
namespace {

void check_tensor(const HttpCall& call, const HttpTensor& tensor, const doc::Value& written,
                  const std::string& path, config::Report& report) {
  const bool kserve = call.protocol == HttpCall::Protocol::kserve;
  if (kserve && tensor.name.empty()) report.missing(written, path + ".name", "is needed by kserve");
  if (kserve && tensor.datatype.empty()) {
    report.missing(written, path + ".datatype", "is needed by kserve: FP32, BYTES …");
  }
  if (kserve && tensor.shape.empty()) {
    report.missing(written, path + ".shape", "is needed by kserve: [1, 224, 224, 3] …");
  }
  if (!kserve && call.inputs.size() > 1 && tensor.name.empty()) {
    report.missing(written, path + ".name", "is needed when there are several inputs");
  }
  if (kserve && tensor.from == HttpTensor::From::input && !tensor.datatype.empty() &&
      tensor.datatype != "BYTES") {
    report.mistake(written, path, "takes the text of the input, which is BYTES");
  }
}

HttpCall read_http(const doc::Value& written, const std::string& path, config::Report& report) {
  HttpCall call = http_call_of(written);
  // `version: 3` is what people write.
  if (const doc::Value* version = written.find("version"); version && version->integer()) {
    call.version = doc::to_json(*version);
  }
  const doc::Value* inputs = written.find("inputs");
  if (inputs == nullptr || inputs->array() == nullptr) return call;
  if (call.inputs.empty()) report.mistake(*inputs, path + ".inputs", "is empty; name one");
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    check_tensor(call, call.inputs[i], (*inputs->array())[i], fmt::format("{}.inputs[{}]", path, i),
                 report);
  }
  if (!call.signature.empty() && call.protocol == HttpCall::Protocol::kserve) {
    report.mistake_at_key(*written.find("signature"), path + ".signature",
                          "is TF Serving's; remove it");
  }
  return call;
}

void refuse_processes(const config::View& job, const std::string& path, config::Report& report) {
  const doc::Value* processes = job.find(path + ".processes");
  if (processes == nullptr) return;
  report.mistake_at_key(*processes, path + ".processes",
                        "is for programs; threads says how many requests run at a time");
}

StageSpec read_stage(const config::View& job, std::string_view name, SpecContext& context) {
  const std::string path = fmt::format("pipeline.{}", name);
  const auto at = [&](std::string_view field) { return fmt::format("{}.{}", path, field); };
  StageSpec stage;
  stage.name = name;
  const bool is_exec = job.has(at("exec"));
  const doc::Value* http = job.find(at("http"));
  if (http != nullptr) {
    stage.kind = StageSpec::Kind::http;
    stage.http = read_http(*http, at("http"), context.report);
    refuse_processes(job, path, context.report);
  } else {
    stage.kind = is_exec ? StageSpec::Kind::exec : StageSpec::Kind::run;
    const std::string command = at(is_exec ? "exec" : "run");
    stage.argv = read_arguments(job.find(command), command, context.report);
  }
  stage.processes = job.count(at("processes"));
  stage.threads = job.count(at("threads"));
  stage.timeout = job.duration(at("timeout"));
  stage.start_timeout = job.duration(at("start_timeout"));
  stage.max_result = job.size(at("max_result"));
  if (const doc::Value* batch = job.find(at("batch"))) {
    stage.batch = {job.count(at("batch.size")), job.duration(at("batch.max_delay"))};
    if (http != nullptr) {
      context.report.mistake_at_key(
          *batch, at("batch"),
          "is the server's: switch on its own batching, and raise threads so that it has something "
          "to batch");
    } else if (is_exec) {
      context.report.mistake_at_key(*batch, at("batch"),
                                    "needs a worker that stays; use run in place of exec");
    }
  }
  return stage;
}

}  // namespace

std::vector<std::string> read_arguments(const doc::Value* list, const std::string& path,
                                        config::Report& report) {
  std::vector<std::string> arguments;
  if (!list || !list->array()) return arguments;
  for (const doc::Value& item : *list->array()) {
    if (const auto* text = item.string()) arguments.push_back(*text);
    if (item.integer()) arguments.push_back(doc::to_json(item));
  }
  if (list->array()->empty()) {
    report.mistake(*list, path, "is empty; write the command and its arguments");
  } else if (!arguments.empty() && arguments.front().empty()) {
    report.mistake(list->array()->front(), path + "[0]", "is empty; write the command");
  }
  return arguments;
}

DownloadSpec read_download(const config::View& job) {
  using Wanted = DownloadSpec::Wanted;
  DownloadSpec download;
  const doc::Value* written = job.find("pipeline.download");
  if (!written) return download;
  download.wanted = written->boolean() && !*written->boolean() ? Wanted::no : Wanted::yes;
  download.threads = job.count("pipeline.download.threads");
  download.timeout = job.duration("pipeline.download.timeout");
  download.retries = job.count("pipeline.download.retries");
  download.max_bytes = job.size("pipeline.download.max_bytes");
  return download;
}

std::vector<StageSpec> read_stages(const config::View& job, SpecContext& context) {
  std::vector<StageSpec> stages;
  for (const std::string_view name : {"preprocess", "inference"}) {
    const doc::Value* written = job.find(fmt::format("pipeline.{}", name));
    if (written && written->object()) stages.push_back(read_stage(job, name, context));
  }
  const doc::Value* pipeline = job.find("pipeline");
  const bool says_nothing = pipeline && pipeline->object() && !job.has("pipeline.preprocess") &&
                            !job.has("pipeline.inference") && !job.has("pipeline.download");
  if (says_nothing) {
    context.report.missing(*pipeline, "pipeline",
                           "has no stage; add `inference: {run: [COMMAND, …]}`");
  }
  return stages;
}

}  // namespace orch::job
