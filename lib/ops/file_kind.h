// YAML files say what they are; a command that is given another's says whose it is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "doc/value.h"

namespace orch::ops {

// Error usage when `kind:` of the document is one that another command takes. An unknown one is
// left to the check of the fields.
Status check_kind(const doc::Value& document, std::string_view wanted, const std::string& path);

}  // namespace orch::ops
