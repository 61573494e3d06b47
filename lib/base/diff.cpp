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
  return fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, hunks.str());
}

}  // namespace orch
