#include "ops/file_kind.h"

#include <fmt/core.h>

#include <array>

#include "base/shell_words.h"

namespace orch::ops {

Status check_kind(const doc::Value& document, std::string_view wanted, const std::string& path) {
  struct Taker {
    std::string_view kind;
    std::string_view command;
  };
  constexpr std::array<Taker, 3> kTakers = {
      {{"Job", "submit"}, {"Orchestrator", "register"}, {"Bundle", "bundle-gen"}}};
  const std::string kind = document.text("kind");
  if (kind == wanted) return {};
  for (const Taker& taker : kTakers) {
    if (taker.kind != kind) continue;
    return fail(ErrorCode::usage, fmt::format("{} is of kind {}, not {}", path, kind, wanted),
                fmt::format("orch {} {}", taker.command, join_words(std::array{path})));
  }
  return {};
}

}  // namespace orch::ops
