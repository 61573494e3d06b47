// Writes a spool: buffered, sealed at the end, so that it is whole or absent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "job/spool.h"

namespace orch::job {

std::string spool_data_path(const std::string& directory);
std::string spool_index_path(const std::string& directory);

class SpoolWriter {
 public:
  static Result<SpoolWriter> create(const std::string& directory);
  SpoolWriter(SpoolWriter&&) = default;
  ~SpoolWriter();  // unsealed: removes what was written

  // Text that no JSON needs to know; check_input() has passed it.
  Status add_text(std::string_view text);
  // Raw JSON values; `meta` may be empty.
  Status add_json(std::string_view input, std::string_view meta);
  void count_blank() { ++summary_.blank_lines; }

  const SpoolSummary& summary() const { return summary_; }
  // Both files synced, then renamed into place.
  Result<SpoolSummary> seal();

 private:
  SpoolWriter(std::string directory, Fd data, Fd index);
  Status end_record(std::size_t start);
  Status flush();

  std::string directory_;
  Fd data_;
  Fd index_;
  std::string data_buffer_;
  std::string index_buffer_;
  SpoolSummary summary_;
};

// What is wrong with a text as an input ("is not UTF-8"); empty: nothing.
std::string_view check_input(std::string_view text);

}  // namespace orch::job
