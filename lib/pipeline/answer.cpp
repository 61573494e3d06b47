#include "pipeline/answer.h"

#include <charconv>

#include "base/text.h"
#include "doc/json_slice.h"

namespace orch::pipeline {

namespace {

constexpr std::size_t kLongestMessage = 8192;

// Returns false when `raw` is no error at all (absent or null).
bool read_error(std::string_view raw, Answer& answer) {
  if (raw.empty() || raw == "null") return false;
  answer.failed = true;
  if (raw.front() == '"') {
    answer.message = raw;
  } else if (const auto error = doc::slice_object(raw)) {
    answer.message = error->find("message");
    answer.retryable = error->find("retryable") == "true";
  }
  return true;
}

}  // namespace

std::optional<Answer> read_answer(std::string_view line) {
  const auto members = doc::slice_object(line);
  if (!members) return std::nullopt;
  Answer answer;
  const std::string_view id = members->find("id");
  const char* end = id.data() + id.size();
  const auto parsed = std::from_chars(id.data(), end, answer.id);
  if (id.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  if (read_error(members->find("error"), answer)) return answer;
  answer.result = members->find("result");
  answer.out = members->find("out") == "true";
  if (answer.result.empty() && !answer.out) return std::nullopt;
  return answer;
}

bool is_ready_line(std::string_view line) {
  // Most lines before `ready` are log: look at the first byte before walking them.
  if (line.empty() || trim(line).substr(0, 1) != "{") return false;
  const auto members = doc::slice_object(line);
  return members && members->find("ready") == "true";
}

std::string message_text(const Answer& answer) {
  if (answer.message.empty()) return "the worker gave no message";
  auto text = doc::decode_string(answer.message);
  if (!text) return std::string(answer.message.substr(0, kLongestMessage));
  if (text->size() > kLongestMessage) {
    text->resize(kLongestMessage);
    *text += "…";
  }
  return to_utf8(*text);
}

}  // namespace orch::pipeline
