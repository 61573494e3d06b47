#include "job/http_call.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/encode.h"

namespace orch::job {
namespace {

constexpr std::string_view kFrom[] = {"path", "input", "meta", "result"};

std::string to_text(const HttpTensor& tensor) {
  const std::string from(kFrom[static_cast<std::size_t>(tensor.from)]);
  return tensor.member.empty() ? from : fmt::format("{}.{}", from, tensor.member);
}

void read_from(const std::string& text, HttpTensor& tensor) {
  const std::size_t dot = text.find('.');
  const auto* found = std::find(std::begin(kFrom), std::end(kFrom), text.substr(0, dot));
  if (found != std::end(kFrom)) {
    tensor.from = static_cast<HttpTensor::From>(found - std::begin(kFrom));
  }
  if (dot != std::string::npos) tensor.member = text.substr(dot + 1);
}

doc::Value to_value(const HttpTensor& tensor) {
  doc::Value value;
  if (!tensor.name.empty()) value.set("name", tensor.name);
  value.set("from", to_text(tensor));
  if (!tensor.datatype.empty()) value.set("datatype", tensor.datatype);
  if (!tensor.shape.empty()) {
    value.set("shape", doc::Value::Array(tensor.shape.begin(), tensor.shape.end()));
  }
  return value;
}

HttpTensor tensor_of(const doc::Value& value) {
  HttpTensor tensor;
  tensor.name = value.text("name");
  if (value.find("from") != nullptr) read_from(value.text("from"), tensor);
  tensor.datatype = value.text("datatype");
  for (const doc::Value& size : value.list("shape")) {
    if (size.integer() != nullptr) tensor.shape.push_back(*size.integer());
  }
  return tensor;
}

}  // namespace

bool HttpCall::needs_path() const {
  return std::any_of(inputs.begin(), inputs.end(), [](const HttpTensor& tensor) {
    return tensor.from == HttpTensor::From::path;
  });
}

std::string HttpCall::address() const {
  const bool tfserving = protocol == Protocol::tfserving;
  const std::string at_version =
      version.empty() ? "" : fmt::format("/versions/{}", percent_encode(version));
  return fmt::format("{}/{}/models/{}{}{}", url, tfserving ? "v1" : "v2", percent_encode(model),
                     at_version, tfserving ? ":predict" : "/infer");
}

doc::Value to_value(const HttpCall& call) {
  doc::Value::Array inputs;
  for (const HttpTensor& tensor : call.inputs) inputs.push_back(to_value(tensor));
  doc::Value value;
  value.set("url", call.url);
  value.set("protocol", call.protocol == HttpCall::Protocol::tfserving ? "tfserving" : "kserve");
  value.set("model", call.model);
  if (!call.version.empty()) value.set("version", call.version);
  if (!call.signature.empty()) value.set("signature", call.signature);
  value.set("inputs", std::move(inputs));
  if (!call.outputs.empty()) {
    value.set("outputs", doc::Value::Array(call.outputs.begin(), call.outputs.end()));
  }
  return value;
}

HttpCall http_call_of(const doc::Value& value) {
  HttpCall call;
  call.url = value.text("url");
  while (call.url.ends_with('/')) call.url.pop_back();
  call.protocol = value.text("protocol") == "tfserving" ? HttpCall::Protocol::tfserving
                                                        : HttpCall::Protocol::kserve;
  call.model = value.text("model");
  call.version = value.text("version");
  call.signature = value.text("signature");
  for (const doc::Value& tensor : value.list("inputs")) call.inputs.push_back(tensor_of(tensor));
  for (const doc::Value& output : value.list("outputs")) {
    if (output.string() != nullptr) call.outputs.push_back(*output.string());
  }
  return call;
}

}  // namespace orch::job
