// The JSON Schema of a field table, for editors and `orch config schema KIND`.
#pragma once

#include "config/fields.h"
#include "doc/value.h"

namespace orch::config {

// Draft 2020-12. It accepts every file that check() accepts, aliases and ${VAR} included.
doc::Value json_schema(const Field& table);

}  // namespace orch::config
