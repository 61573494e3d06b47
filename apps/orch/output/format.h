// What standard output is written as (`-o`).
#pragma once

#include <cstdint>

namespace orch::output {

// automatic: nothing was asked for; each command has its own default.
enum class Format : std::uint8_t { automatic, table, json, yaml, ndjson, name };

}  // namespace orch::output
