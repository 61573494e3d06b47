#include "pipeline/result_line.h"

#include <array>
#include <charconv>

#include "doc/value.h"

namespace orch::pipeline {

namespace {

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

// Milliseconds with at most three decimals: 12.05
void append_ms(std::string& out, Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  append_integer(out, us / 1000);
  auto rest = us % 1000;
  if (rest == 0) return;
  std::array<char, 4> decimals{'.', static_cast<char>('0' + rest / 100),
                               static_cast<char>('0' + rest / 10 % 10),
                               static_cast<char>('0' + rest % 10)};
  std::size_t length = decimals.size();
  while (decimals[length - 1] == '0') --length;
  out.append(decimals.data(), length);
}

}  // namespace

ResultLine::ResultLine(std::span<const std::string> stages, int task_manager)
    : task_manager_(",\"task_manager\":" + std::to_string(task_manager) + ",\"ms\":{") {
  for (const std::string& stage : stages) stage_keys_.push_back("\"" + stage + "\":");
}

std::string_view ResultLine::ok(const Item& item, std::string_view result) {
  begin(item);
  text_ += ",\"status\":\"ok\",\"result\":";
  text_ += result;
  finish(item);
  return text_;
}

std::string_view ResultLine::failed(const Item& item, const ItemError& error) {
  begin(item);
  // failed.ndjson is a valid input: what came with the input goes with it.
  if (!item.meta.empty()) {
    text_ += ",\"meta\":";
    text_ += item.meta;
  }
  text_ += ",\"status\":\"failed\",\"error\":{\"code\":\"";
  text_ += error.code;
  text_ += "\",\"message\":";
  doc::append_json_string(text_, error.message);
  text_ += ",\"attempts\":";
  append_integer(text_, item.attempts > 0 ? item.attempts : 1);
  text_ += '}';
  finish(item);
  return text_;
}

void ResultLine::begin(const Item& item) {
  text_ = "{\"index\":";
  append_integer(text_, item.index);
  text_ += ",\"input\":";
  text_ += item.input.empty() ? std::string_view("null") : item.input;
}

void ResultLine::finish(const Item& item) {
  text_ += ",\"split\":";
  append_integer(text_, item.grant->split);
  text_ += task_manager_;
  bool first = true;
  for (std::size_t stage = 0; stage < stage_keys_.size(); ++stage) {
    if (!item.visited[stage]) continue;
    if (!first) text_ += ',';
    first = false;
    text_ += stage_keys_[stage];
    append_ms(text_, item.spent[stage]);
  }
  text_ += "}}";
}

}  // namespace orch::pipeline
