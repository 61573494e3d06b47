// One row of `orch doctor`: what was looked at, how it stands, what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace orch {

enum class Verdict : std::uint8_t {
  ok,
  warn,         // works, with a drawback
  fail,         // does not work
  cannot_tell,  // could not be looked at from here
  remind,       // nobody but a person can look at it
};

struct Check {
  std::string name;  // "fiftyone.health"
  Verdict verdict = Verdict::ok;
  std::string message;    // one line, no secret
  std::string cure = {};  // empty for ok
};
using Checks = std::vector<Check>;

inline Check failed_check(std::string name, const Error& error) {
  return {std::move(name), Verdict::fail, error.message, std::string(error.next())};
}

constexpr std::string_view to_text(Verdict verdict) {
  constexpr std::string_view kTexts[] = {"ok", "warn", "fail", "cannot-tell", "remind"};
  return kTexts[static_cast<std::size_t>(verdict)];
}

}  // namespace orch
