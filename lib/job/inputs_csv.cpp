#include <fmt/core.h>

#include <optional>
#include <vector>

#include "base/text.h"
#include "job/csv_record.h"
#include "job/inputs.h"
#include "job/line_reader.h"

namespace orch::job {
namespace {

// The line the record begins on; nullopt at the end of the file.
Result<std::optional<std::uint64_t>> next_record(LineReader& lines, CsvRecord& record,
                                                 SpoolWriter& spool) {
  record.clear();
  std::uint64_t begin = 0;
  while (const auto line = ORCH_TRY(lines.next())) {
    if (begin == 0 && trim(*line).empty()) {
      spool.count_blank();
      continue;
    }
    if (begin == 0) begin = lines.line_number();
    switch (record.feed(*line)) {
      case CsvRecord::State::complete:
        return begin;
      case CsvRecord::State::open_quote:
        break;
      case CsvRecord::State::stray_quote:
        return fail(lines.mistake("text behind the closing quote of a cell"));
      case CsvRecord::State::too_long:
        return fail(lines.mistake_at(begin, "the row is longer than 1 MiB"));
    }
  }
  if (begin != 0) return fail(lines.mistake_at(begin, "the quoted cell of this row never ends"));
  return std::nullopt;
}

Result<std::size_t> find_column(const LineReader& lines, const CsvRecord& header,
                                const std::string& wanted) {
  std::vector<std::string> columns;
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header.size(); ++i) {
    columns.emplace_back(trim(header[i]));
    if (columns.back() != wanted) continue;
    if (found) return fail(lines.mistake(fmt::format("two columns are named `{}`", wanted)));
    found = i;
  }
  if (found) return *found;
  const auto near = nearest(wanted, columns);
  Error error = lines.mistake(fmt::format("no column `{}`{}", printable(wanted),
                                          near ? fmt::format("; did you mean `{}`?", *near) : ""));
  error.hint = fmt::format("the columns are {}", fit(printable(join(columns, ", ")), 200));
  return fail(std::move(error));
}

}  // namespace

Status read_csv(const InputSource& source, SpoolWriter& spool) {
  LineReader lines = ORCH_TRY(LineReader::open(source.path));
  CsvRecord record;
  if (!ORCH_TRY(next_record(lines, record, spool))) return {};
  const std::size_t column = ORCH_TRY(find_column(lines, record, source.column));
  const std::size_t width = record.size();
  while (const auto begin = ORCH_TRY(next_record(lines, record, spool))) {
    if (record.size() != width) {
      return fail(lines.mistake_at(
          *begin, fmt::format("the row has {} cells, the header {}", record.size(), width)));
    }
    const std::string& input = record[column];
    if (trim(input).empty()) {
      spool.count_blank();
      continue;
    }
    if (const auto wrong = check_input(input); !wrong.empty()) {
      return fail(lines.mistake_at(*begin, wrong));
    }
    ORCH_TRY(spool.add_text(input));
  }
  return {};
}

}  // namespace orch::job
