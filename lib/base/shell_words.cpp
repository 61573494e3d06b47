#include "base/shell_words.h"

#include <fmt/core.h>

#include <utility>

namespace orch {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Reads one word after another; `at_` is the next byte.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<std::vector<std::string>> run() {
    std::vector<std::string> words;
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (at_ == text_.size()) return words;
      words.push_back(ORCH_TRY(word()));
    }
  }

 private:
  Result<std::string> word() {
    std::string word;
    while (at_ < text_.size() && !is_blank(text_[at_])) {
      const char c = text_[at_++];
      if (c == '\'' || c == '"') {
        ORCH_TRY(quoted(c, word));
      } else if (c == '\\') {
        if (at_ == text_.size()) return fail(open_backslash());
        word.push_back(text_[at_++]);
      } else {
        word.push_back(c);
      }
    }
    return word;
  }

  Status quoted(char quote, std::string& word) {
    const std::size_t opened = at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      const char c = text_[at_++];
      if (c != '\\' || quote == '\'') {
        word.push_back(c);
        continue;
      }
      if (at_ == text_.size()) return fail(open_backslash());
      const char escaped = text_[at_++];
      if (escaped != quote && escaped != '\\') word.push_back('\\');
      word.push_back(escaped);
    }
    if (at_ == text_.size()) {
      return fail(mistake(fmt::format("the {} at character {} is never closed", quote, opened),
                          "close it, or write a literal one as \\' or \\\""));
    }
    ++at_;
    return {};
  }

  static Error open_backslash() {
    return mistake("the backslash at the end has nothing to escape",
                   "write a literal backslash as two");
  }

  static Error mistake(std::string message, std::string hint) {
    return {ErrorCode::invalid_value, std::move(message), std::move(hint), {}, {}, {}};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_plain(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view text) { return Splitter(text).run(); }

std::string join_words(std::span<const std::string> words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    if (is_plain(word)) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace orch
