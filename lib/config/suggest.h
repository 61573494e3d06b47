// What a user may have meant by an unknown field.
#pragma once

#include <string>
#include <string_view>

#include "config/fields.h"

namespace orch::config {

// The message for the member `name` that `parent` does not know; `root` is the whole table.
std::string unknown_field(std::string_view name, const Field& parent, const Field& root);

}  // namespace orch::config
