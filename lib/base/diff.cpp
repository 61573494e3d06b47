#include "base/diff.h"

#include <fmt/core.h>

#include <dtl/dtl.hpp>
#include <sstream>
#include <vector>

#include "base/text.h"

namespace orch {
namespace {

// Without their ends; a last line without one is marked as diff marks it.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) lines.emplace_back(line);
  if (lines.back().empty()) {
    lines.pop_back();
  } else {
    lines.back() += "\n\\ No newline at end of file";
  }
  return lines;
}

void replace_first(std::string& text, std::string_view old, std::string_view with) {
  const std::size_t at = text.find(old);
  if (at != std::string::npos) text.replace(at, old.size(), with);
}

}  // namespace

std::string unified_diff(std::string_view before_name, std::string_view before,
                         std::string_view after_name, std::string_view after) {
  if (before == after) return {};
  dtl::Diff<std::string> diff(lines_of(before), lines_of(after));
  diff.onHuge();
  diff.compose();
  diff.composeUnifiedHunks();
  std::ostringstream hunks;
  diff.printUnifiedFormat(hunks);
  std::string text = hunks.str();
  // `patch` knows a file that is not there by line 0; the library counts from 1.
  if (before.empty()) replace_first(text, "@@ -1,0 ", "@@ -0,0 ");
  if (after.empty()) replace_first(text, " +1,0 @@", " +0,0 @@");
  return fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, text);
}

}  // namespace orch
