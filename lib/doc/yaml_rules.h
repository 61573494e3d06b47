// What orch reads into YAML, apart from yaml-cpp: which bytes, which scalars, which words for a
// mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doc/value.h"

namespace orch::doc {

// A plain (unquoted) scalar by the YAML 1.2 core schema; leading zeros make text. The error's
// message says why a number cannot be held.
Result<Value> resolve_plain_scalar(std::string_view text);

struct UnfitByte {
  std::size_t offset;
  std::string what;
};
// The first byte that no text file holds: NUL and other control bytes, invalid UTF-8.
std::optional<UnfitByte> find_unfit_byte(std::string_view text);

// yaml-cpp lets some mistakes pass; these look for them in the source.
// True for `null` or `~`, written out.
bool begins_with_null(std::string_view source);
// True when no ':' follows the key that `source` begins with.
bool lacks_colon(std::string_view source);
// Where the quote stands that the scalar at `offset` begins with, if it is never closed.
std::optional<std::size_t> find_open_quote(std::string_view text, std::size_t offset);
// The text of a quoted scalar as it should be: yaml-cpp makes one byte of \N and of \_, which stand
// for U+0085 and U+00A0.
std::string mend_escapes(const std::string& text);

// yaml-cpp's message in plain words, with the cure.
std::string explain_yaml(std::string_view message, std::string_view text, Position at);

// "!!set" for "tag:yaml.org,2002:set".
std::string short_tag(std::string_view tag);

}  // namespace orch::doc
