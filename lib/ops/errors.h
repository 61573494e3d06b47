// An error as JSON: what -o json prints and what the store keeps of a job that ended early.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "doc/value.h"

namespace orch::ops {

// {"code","exit","message","hint","details"?,"provider"?,"http"?,"retryable"}
doc::Value to_value(const Error& error);
std::string error_json(const Error& error);

}  // namespace orch::ops
