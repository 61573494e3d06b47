// How an error looks on standard error.
#pragma once

#include <string>

#include "base/error.h"

namespace orch::output {

// orch: message
//   detail…
//   request: POST https://host/path 403 id=abc attempts=1
//   hint
std::string error_text(const Error& error, bool color);
// {"schema":"orch/v1","error":{…}} on one line.
std::string error_json(const Error& error);

}  // namespace orch::output
