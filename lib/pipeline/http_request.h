// What an `http` stage sends for an item, and what it makes of the answer. Nothing is sent here.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/api.h"
#include "job/http_call.h"
#include "pipeline/item.h"
#include "pipeline/item_error.h"

namespace orch::pipeline {

// Reads the item's file where the model gets its bytes. TF Serving: {"instances": [one]}, bytes as
// {"b64"}. KServe v2: bytes behind the JSON, by its extension for binary tensors.
tl::expected<http::Request, ItemError> infer_request(const job::HttpCall& call, const Item& item);

// The result as JSON. TF Serving: the one prediction; KServe: {output: data, …}.
tl::expected<std::string, ItemError> infer_result(const job::HttpCall& call, std::string_view body);

// Asks whether the model is loaded: 200 and, from TF Serving, a version that is AVAILABLE.
http::Request ready_request(const job::HttpCall& call);
bool is_ready(const job::HttpCall& call, const http::Response& response);

// "HTTP 400: what the server said", in one line.
std::string refusal_text(const http::Response& response);

}  // namespace orch::pipeline
