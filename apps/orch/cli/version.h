// Which orch this is and what it was built with.
#pragma once

#include <string_view>

#include "doc/value.h"

namespace orch::cli {

std::string_view version();  // "0.1.0"
// {"version":…,"libraries":{name: version}}
doc::Value version_value();
std::string version_text(bool libraries);

}  // namespace orch::cli
