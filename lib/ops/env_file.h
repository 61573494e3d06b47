// .env files as docker compose reads them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orch::ops {

using EnvPairs = std::vector<std::pair<std::string, std::string>>;

// NAME=value, 'literal', "with \" escapes", # comments; ${VARIABLES} stay as they are written.
EnvPairs parse_env_file(std::string_view text);
// The last value of the name; empty when there is none.
std::string value_of(const EnvPairs& pairs, std::string_view name);
bool has_name(const EnvPairs& pairs, std::string_view name);
// The value so that compose reads it back: plain where it can be, else in quotes.
std::string env_quoted(std::string_view value);
// The text with the value of NAME replaced, or a line appended.
std::string with_value(std::string_view text, std::string_view name, std::string_view value);

}  // namespace orch::ops
