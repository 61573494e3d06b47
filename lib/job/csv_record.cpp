#include "job/csv_record.h"

#include <algorithm>

#include "job/spool.h"

namespace orch::job {

void CsvRecord::clear() {
  used_ = 0;
  bytes_ = 0;
  quoted_ = false;
}

CsvRecord::State CsvRecord::feed(std::string_view line) {
  bytes_ += line.size() + 1;
  if (bytes_ > kMaxInputLine) return State::too_long;
  std::string_view rest = line;
  if (!quoted_) begin_cell(rest);
  while (true) {
    if (!quoted_) {
      take_plain(rest);
    } else if (!take_quoted(rest)) {
      cell() += '\n';
      return State::open_quote;
    }
    if (rest.empty() || rest == "\r") return State::complete;
    if (rest.front() != ',') return State::stray_quote;
    rest.remove_prefix(1);
    begin_cell(rest);
  }
}

void CsvRecord::begin_cell(std::string_view& rest) {
  if (++used_ > cells_.size()) cells_.emplace_back();
  cell().clear();
  quoted_ = rest.starts_with('"');
  if (quoted_) rest.remove_prefix(1);
}

bool CsvRecord::take_quoted(std::string_view& rest) {
  while (true) {
    const std::size_t quote = std::min(rest.find('"'), rest.size());
    cell().append(rest.substr(0, quote));
    rest.remove_prefix(quote);
    if (rest.empty()) return false;
    rest.remove_prefix(1);
    if (!rest.starts_with('"')) break;
    cell() += '"';
    rest.remove_prefix(1);
  }
  quoted_ = false;
  return true;
}

void CsvRecord::take_plain(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::size_t end = rest.size() - (rest.ends_with('\r') ? 1 : 0);
  const std::size_t length = std::min(comma, end);
  cell().append(rest.substr(0, length));
  rest.remove_prefix(length);
}

}  // namespace orch::job
