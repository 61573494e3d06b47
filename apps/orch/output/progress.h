// The progress line: one line on standard error, rewritten in place, only on a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace orch::output {

class ProgressLine {
 public:
  // Not `enabled` (no terminal, -q): every call does nothing. `width` in columns.
  ProgressLine(int fd, bool enabled, std::size_t width, Clock& clock);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  // Shows the text, cut to the width, at most 10 times a second: more frequent ones are dropped.
  void show(std::string_view text);
  // True when show() would draw now: saves building the text.
  bool due() const;
  // Takes the line away; the next show() draws at once.
  void clear();

 private:
  int fd_;
  bool enabled_;
  std::size_t width_;
  Clock& clock_;
  std::optional<SteadyTime> drawn_;
  bool visible_ = false;
};

}  // namespace orch::output
