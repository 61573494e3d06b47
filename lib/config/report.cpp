#include "config/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace orch::config {
namespace {

doc::Position key_place(const doc::Value& value) {
  return value.key_position().line != 0 ? value.key_position() : value.position();
}

}  // namespace

Report::Line Report::line(doc::Position position, std::string_view path,
                          std::string_view what) const {
  const std::string subject =
      path.empty() ? std::string(what) : fmt::format("{}: {}", printable(path), what);
  std::string text;
  if (position.line < 0) {
    text = "--set " + subject;
  } else if (position.line == 0) {
    text = fmt::format("{}: {}", printable(name_), subject);
  } else {
    text = fmt::format("{}:{}:{}: {}", printable(name_), position.line, position.column, subject);
  }
  return {false, position, std::move(text)};
}

void Report::mistake(const doc::Value& at, std::string_view path, std::string_view what) {
  mistakes_.push_back(line(at.position(), path, what));
}

void Report::mistake_at_key(const doc::Value& member, std::string_view path,
                            std::string_view what) {
  mistakes_.push_back(line(key_place(member), path, what));
}

void Report::missing(const doc::Value& in, std::string_view path, std::string_view what) {
  mistakes_.push_back(line(key_place(in), path, what));
  mistakes_.back().is_missing = true;
}

void Report::warn(const doc::Value& member, std::string_view path, std::string_view what) {
  warnings_.push_back(line(key_place(member), path, what));
}

std::vector<std::string> Report::warnings() const {
  std::vector<std::string> texts;
  for (const Line& warning : warnings_) texts.push_back(warning.text);
  return texts;
}

Error Report::error() const {
  std::vector<Line> lines = mistakes_;
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::tie(a.is_missing, a.position.line, a.position.column) <
           std::tie(b.is_missing, b.position.line, b.position.column);
  });
  Error error;
  error.code = ErrorCode::invalid_file;
  error.message =
      fmt::format("{}: {} mistake{}", printable(name_), lines.size(), lines.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < lines.size() && i < kMostShown; ++i) {
    error.details.push_back(std::move(lines[i].text));
  }
  if (lines.size() > kMostShown) {
    error.details.push_back(fmt::format("… and {} more", lines.size() - kMostShown));
  }
  return error;
}

}  // namespace orch::config
