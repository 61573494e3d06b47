// One record of a CSV file (RFC 4180), fed line by line: a quoted cell may go over several.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orch::job {

class CsvRecord {
 public:
  enum class State {
    complete,
    open_quote,   // the next line belongs to it
    stray_quote,  // text behind a closing quote
    too_long,
  };

  void clear();
  // `line` has no newline; a carriage return at the end of the record is dropped, one inside
  // quotes kept.
  State feed(std::string_view line);

  std::size_t size() const { return used_; }
  const std::string& operator[](std::size_t cell) const { return cells_[cell]; }

 private:
  std::string& cell() { return cells_[used_ - 1]; }
  void begin_cell(std::string_view& rest);
  bool take_quoted(std::string_view& rest);  // false: the line ended inside the quotes
  void take_plain(std::string_view& rest);

  std::vector<std::string> cells_;  // kept between records for their memory
  std::size_t used_ = 0;
  std::size_t bytes_ = 0;
  bool quoted_ = false;
};

}  // namespace orch::job
