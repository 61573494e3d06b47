// The members of one JSON object as slices of the text they stand in. The hot path of the task
// manager needs `id`, `result` and `error` of a worker's line; results are passed on byte by byte
// (1.0 stays 1.0, big integers stay whole), which no parse-and-print can promise.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace orch::doc {

struct JsonMember {
  std::string_view key;    // without quotes, escapes not decoded
  std::string_view value;  // trimmed, raw
};

// Walks and validates the whole line (RFC 8259, UTF-8, depth 64). nullopt: not one JSON object,
// or more than 16 members. Members in order; duplicate keys are an error too (here at the top
// only). A number too large for a double is an error, as it is for parse_json.
struct JsonSlices {
  std::array<JsonMember, 16> members;
  std::size_t count = 0;

  // Empty view when absent.
  std::string_view find(std::string_view key) const;
};
std::optional<JsonSlices> slice_object(std::string_view line);

// True for one valid JSON value of any kind, blanks around it allowed.
bool is_json(std::string_view text);
// Decodes a raw string slice ("\"a\\n\"" to a, newline). nullopt when it is no string.
std::optional<std::string> decode_string(std::string_view raw);

}  // namespace orch::doc
