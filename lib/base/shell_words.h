// POSIX shell words without a shell: one command line cut into words, and words joined again.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace orch {

// Exactly what Python's shlex.split(text) gives: blanks are space, tab, CR and LF; '…' is literal;
// in "…" a backslash escapes only `"` and `\`; outside it escapes anything (a newline, too, stays).
// No expansion, no comments, no operators. Error invalid_value for a quote or backslash left open,
// with the character's place (from 1).
Result<std::vector<std::string>> split_words(std::string_view text);

// The words as one line that split_words and any POSIX shell read back.
std::string join_words(std::span<const std::string> words);

}  // namespace orch
