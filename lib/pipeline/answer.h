// One line of a worker's standard output, read by the protocol (docs/workers.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orch::pipeline {

struct Answer {
  std::uint64_t id = 0;
  std::string_view result;  // raw JSON; empty: none
  bool out = false;         // it wrote the file named by `out`
  bool failed = false;
  std::string_view message;  // raw JSON of the error's message; empty: none
  bool retryable = false;
};

// nullopt: no answer (not a JSON object, no id, neither result nor out nor error).
std::optional<Answer> read_answer(std::string_view line);
// {"ready":true}, other members allowed.
bool is_ready_line(std::string_view line);
// The message as text, at most 8 KiB of it.
std::string message_text(const Answer& answer);

}  // namespace orch::pipeline
