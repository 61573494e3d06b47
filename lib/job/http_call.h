// An `http` stage: a model server that is asked for each item, by TF Serving's REST API or by the
// KServe v2 protocol (Triton and others).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doc/value.h"

namespace orch::job {

struct HttpTensor {
  // path: the item's file; input: its text; meta, result: a member of what came with it or of what
  // the stage before answered, or all of it.
  enum class From : std::uint8_t { path, input, meta, result };
  std::string name;  // TF Serving: empty when the model has one input only
  From from = From::path;
  std::string member;    // of meta or result, dotted; empty: all
  std::string datatype;  // KServe: FP32, BYTES …
  std::vector<std::int64_t> shape;
  bool operator==(const HttpTensor&) const = default;
};

struct HttpCall {
  enum class Protocol : std::uint8_t { tfserving, kserve };
  std::string url;  // "http://host:8501", without a slash at the end
  Protocol protocol = Protocol::kserve;
  std::string model;
  std::string version;    // empty: the server's choice
  std::string signature;  // TF Serving: empty: serving_default
  std::vector<HttpTensor> inputs;
  std::vector<std::string> outputs;  // empty: all
  bool operator==(const HttpCall&) const = default;

  bool needs_path() const;
  // Where the request goes: "http://host:8501/v1/models/m:predict".
  std::string address() const;
};

// As a job file says it; the second reads what has been checked, or what the first wrote.
doc::Value to_value(const HttpCall& call);
HttpCall http_call_of(const doc::Value& value);

}  // namespace orch::job
