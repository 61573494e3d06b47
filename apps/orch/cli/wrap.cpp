#include "cli/wrap.h"

#include <algorithm>

#include "base/text.h"

namespace orch::cli {
namespace {

// Fills words into lines; keeps what the caller already wrote on the first one.
class Filler {
 public:
  explicit Filler(std::size_t indent) : indent_(indent), column_(indent) {}

  void add_words(std::string_view line) {
    for (const std::string_view word : split(line, ' ')) {
      if (!word.empty()) add_word(word);
    }
  }
  void add_verbatim(std::string_view line) {
    break_line();
    out_.append(indent_, ' ').append(line);
    column_ = kHelpWidth;  // nothing is filled behind it
    fresh_ = false;
  }
  void end_paragraph() {
    if (out_.empty() || blank_) return;
    break_line();
    out_ += '\n';
    fresh_ = true;
    blank_ = true;
  }
  std::string take() {
    out_.erase(out_.find_last_not_of('\n') + 1);
    return std::move(out_);
  }

 private:
  void add_word(std::string_view word) {
    const std::size_t width = display_width(word);
    if (!fresh_ && column_ + 1 + width > kHelpWidth) break_line();
    if (!fresh_) {
      out_ += ' ';
      ++column_;
    } else if (!out_.empty()) {
      out_.append(indent_, ' ');
    }
    out_ += word;
    column_ += width;
    fresh_ = false;
    blank_ = false;
  }
  void break_line() {
    if (!out_.empty() && !blank_) out_ += '\n';
    blank_ = false;
    column_ = indent_;
    fresh_ = true;
  }

  std::size_t indent_;
  std::size_t column_;
  bool fresh_ = true;   // at the start of a line
  bool blank_ = false;  // the line before is an empty one
  std::string out_;
};

}  // namespace

std::string wrap(std::string_view text, std::size_t indent) {
  Filler filler(indent);
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) {
      filler.end_paragraph();
    } else if (line.front() == ' ') {
      filler.add_verbatim(line);
    } else {
      filler.add_words(line);
    }
  }
  return filler.take();
}

void TermList::add(std::string term, std::string text) {
  entries_.push_back({std::move(term), std::move(text)});
}

std::string TermList::render() const {
  std::size_t width = 0;
  for (const Entry& entry : entries_) {
    const std::size_t own = display_width(entry.term);
    if (own <= widest_) width = std::max(width, own);
  }
  std::string out;
  for (const Entry& entry : entries_) {
    out += "  " + entry.term;
    const std::size_t own = display_width(entry.term);
    if (own > width) {
      out += '\n' + std::string(width + 4, ' ');
    } else {
      out.append(width - own + 2, ' ');
    }
    out += wrap(entry.text, width + 4) + '\n';
  }
  return out;
}

}  // namespace orch::cli
