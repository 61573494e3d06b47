// What a Databricks API answer means.
// Source: the error forms that the vendor's SDK for Python 0.156.0 reads.
#pragma once

#include <string_view>

#include "base/result.h"
#include "doc/value.h"
#include "http/api.h"

namespace orch::databricks {

// The answer's JSON; else an error by `error_code`, then by status. "Run 7 does not exist" is
// not_found whatever the status says; a redirect to a login page is unreachable (private link).
Result<doc::Value> answer_of(const http::Request& request, const Result<http::Response>& response,
                             std::string_view what);

// What is worth another try, beside no answer: 429, 502, 503, 504 and texts that the vendor's
// clients take for passing.
http::RetryTable retry_table();

}  // namespace orch::databricks
