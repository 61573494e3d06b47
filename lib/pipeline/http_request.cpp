#include "pipeline/http_request.h"

#include <fmt/core.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/text.h"
#include "doc/value.h"

namespace orch::pipeline {
namespace {

using job::HttpCall;
using job::HttpTensor;
using Unexpected = tl::unexpected<ItemError>;

Unexpected refuse(const char* code, std::string message) {
  return tl::make_unexpected(ItemError{code, std::move(message)});
}

tl::expected<std::string, ItemError> bytes_of(const Item& item) {
  if (item.path.empty()) {
    return refuse(item_code::kInputNotFound, "there is no file for the model's input");
  }
  auto bytes = read_file(item.path, 1ull << 30);
  if (!bytes) return refuse(item_code::kInputUnreadable, bytes.error().message);
  return std::move(*bytes);
}

// A member of the item's meta or of the last stage's result, or all of it, as raw JSON.
tl::expected<std::string, ItemError> json_of(const HttpTensor& tensor, const Item& item) {
  const bool is_meta = tensor.from == HttpTensor::From::meta;
  const std::string_view source = is_meta ? item.meta : std::string_view(item.carried);
  const std::string_view what = is_meta ? "meta" : "result";
  if (source.empty()) {
    return refuse(item_code::kInputInvalid, fmt::format("it has no {}", what));
  }
  if (tensor.member.empty()) return std::string(source);
  const auto document = doc::parse_json(source);
  const doc::Value* found = document ? &*document : nullptr;
  for (const std::string_view name : split(tensor.member, '.')) {
    if (found != nullptr) found = found->find(name);
  }
  if (found == nullptr) {
    return refuse(item_code::kInputInvalid, fmt::format("its {} has no {}", what, tensor.member));
  }
  return doc::to_json(*found);
}

std::string quoted(std::string_view text) {
  std::string json;
  doc::append_json_string(json, text);
  return json;
}

tl::expected<std::string, ItemError> tfserving_value(const HttpTensor& tensor, const Item& item) {
  if (tensor.from == HttpTensor::From::input) return quoted(item.text);
  if (tensor.from != HttpTensor::From::path) return json_of(tensor, item);
  auto bytes = bytes_of(item);
  if (!bytes) return bytes;
  return fmt::format("{{\"b64\":\"{}\"}}", base64(*bytes));
}

tl::expected<http::Request, ItemError> tfserving_request(const HttpCall& call, const Item& item) {
  const bool bare = call.inputs.size() == 1 && call.inputs[0].name.empty();
  std::string instance;
  for (const HttpTensor& tensor : call.inputs) {
    auto value = tfserving_value(tensor, item);
    if (!value) return tl::make_unexpected(std::move(value).error());
    if (!bare) instance += fmt::format("{}{}:", instance.empty() ? "" : ",", quoted(tensor.name));
    instance += *value;
  }
  http::Request request;
  const std::string signature =
      call.signature.empty() ? "" : fmt::format("\"signature_name\":{},", quoted(call.signature));
  request.body = bare ? fmt::format("{{{}\"instances\":[{}]}}", signature, instance)
                      : fmt::format("{{{}\"instances\":[{{{}}}]}}", signature, instance);
  return request;
}

// Little-endian length before the bytes of a BYTES element.
void append_length(std::string& out, std::size_t length) {
  for (int byte = 0; byte < 4; ++byte) {
    out += static_cast<char>(static_cast<unsigned char>(length >> (8 * byte)));
  }
}

// Numbers of one item come as a list; a single one may come bare.
std::string as_list(const std::string& json) {
  return json.starts_with('[') ? json : fmt::format("[{}]", json);
}

std::string kserve_head(const HttpTensor& tensor) {
  std::string shape;
  for (const std::int64_t size : tensor.shape) {
    shape += fmt::format("{}{}", shape.empty() ? "" : ",", size);
  }
  return fmt::format("{{\"name\":{},\"datatype\":{},\"shape\":[{}],", quoted(tensor.name),
                     quoted(tensor.datatype), shape);
}

tl::expected<http::Request, ItemError> kserve_request(const HttpCall& call, const Item& item) {
  std::string inputs;
  std::string binary;
  for (const HttpTensor& tensor : call.inputs) {
    inputs += (inputs.empty() ? "" : ",") + kserve_head(tensor);
    if (tensor.from == HttpTensor::From::input) {
      inputs += fmt::format("\"data\":[{}]}}", quoted(item.text));
      continue;
    }
    if (tensor.from != HttpTensor::From::path) {
      auto json = json_of(tensor, item);
      if (!json) return tl::make_unexpected(std::move(json).error());
      inputs += fmt::format("\"data\":{}}}", as_list(*json));
      continue;
    }
    auto bytes = bytes_of(item);
    if (!bytes) return tl::make_unexpected(std::move(bytes).error());
    const std::size_t before = binary.size();
    if (tensor.datatype == "BYTES") append_length(binary, bytes->size());
    binary += *bytes;
    inputs += fmt::format("\"parameters\":{{\"binary_data_size\":{}}}}}", binary.size() - before);
  }
  std::string outputs;
  for (const std::string& name : call.outputs) {
    outputs += fmt::format("{}{{\"name\":{}}}", outputs.empty() ? "" : ",", quoted(name));
  }
  http::Request request;
  request.body = fmt::format("{{\"inputs\":[{}]{}}}", inputs,
                             outputs.empty() ? "" : fmt::format(",\"outputs\":[{}]", outputs));
  if (!binary.empty()) {
    request.headers.emplace_back("Inference-Header-Content-Length",
                                 std::to_string(request.body.size()));
    request.headers.emplace_back("Content-Type", "application/octet-stream");
    request.body += binary;
  }
  return request;
}

// Only the outputs asked for; of anything but an object all of it.
doc::Value chosen(const HttpCall& call, const doc::Value& prediction) {
  if (call.outputs.empty() || prediction.object() == nullptr) return prediction;
  doc::Value picked = doc::Value::Object{};
  for (const std::string& name : call.outputs) {
    if (const doc::Value* output = prediction.find(name)) picked.set(name, *output);
  }
  return picked;
}

}  // namespace

tl::expected<http::Request, ItemError> infer_request(const HttpCall& call, const Item& item) {
  auto request = call.protocol == HttpCall::Protocol::tfserving ? tfserving_request(call, item)
                                                                : kserve_request(call, item);
  if (!request) return request;
  request->method = "POST";
  request->url = call.address();
  request->repeatable = true;  // a model has no memory
  if (request->headers.empty()) request->headers.emplace_back("Content-Type", "application/json");
  return request;
}

tl::expected<std::string, ItemError> infer_result(const HttpCall& call, std::string_view body) {
  const auto answer = doc::parse_json(body, "the answer");
  if (!answer) return refuse(item_code::kBadAnswer, answer.error().message);
  if (call.protocol == HttpCall::Protocol::tfserving) {
    const doc::Value::Array& predictions = answer->list("predictions");
    if (predictions.size() != 1) {
      return refuse(item_code::kBadAnswer, "the answer has not the one prediction asked for");
    }
    return doc::to_json(chosen(call, predictions[0]));
  }
  doc::Value result = doc::Value::Object{};
  for (const doc::Value& output : answer->list("outputs")) {
    const doc::Value* data = output.find("data");
    if (data == nullptr)
      return refuse(item_code::kBadAnswer, "an output of the answer has no data");
    result.set(output.text("name"), *data);
  }
  if (result.object()->empty()) return refuse(item_code::kBadAnswer, "the answer has no outputs");
  return doc::to_json(result);
}

http::Request ready_request(const HttpCall& call) {
  http::Request request;
  const bool tfserving = call.protocol == HttpCall::Protocol::tfserving;
  const std::string model = percent_encode(call.model);
  request.url = tfserving ? fmt::format("{}/v1/models/{}", call.url, model)
                          : fmt::format("{}/v2/models/{}/ready", call.url, model);
  return request;
}

bool is_ready(const HttpCall& call, const http::Response& response) {
  if (response.status != 200) return false;
  if (call.protocol == HttpCall::Protocol::kserve) return true;
  const auto answer = doc::parse_json(response.body, "the answer");
  if (!answer) return false;
  for (const doc::Value& version : answer->list("model_version_status")) {
    const bool wanted = call.version.empty() || version.text("version") == call.version;
    if (wanted && version.text("state") == "AVAILABLE") return true;
  }
  return false;
}

std::string refusal_text(const http::Response& response) {
  constexpr std::size_t kLongest = 300;
  const auto answer = doc::parse_json(response.body, "the answer");
  const std::string said = answer ? answer->text("error") : std::string(trim(response.body));
  if (said.empty()) return fmt::format("HTTP {}", response.status);
  return fmt::format("HTTP {}: {}", response.status, fit(printable(to_utf8(said)), kLongest));
}

}  // namespace orch::pipeline
