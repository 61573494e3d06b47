// Scalars as JSON and YAML both print them.
#pragma once

#include <string>
#include <string_view>

#include "doc/value.h"

namespace orch::doc {

// True for what a double cannot hold: an integer (which is beyond 64 bits when this is asked), or
// more than 17 significant digits.
bool exceeds_double(std::string_view number);
// The shortest text that reads back as the same double, with a point (1.0, 2.5e-7 as 2.5e-07);
// null when it is not finite.
void append_real(std::string& out, double number);
// null, booleans and numbers.
void append_bare_scalar(std::string& out, const Value& value);

}  // namespace orch::doc
