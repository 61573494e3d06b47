// results.ndjson as others read it, and what is written beside it when a job ends.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "doc/value.h"
#include "job/ledger.h"
#include "job/log_reader.h"
#include "job/spool.h"

namespace orch::job {

enum class ResultFilter { all, failed };

// Gives the lines of results.ndjson unchanged, while it grows too. Memory: a block of it.
class ResultReader {
 public:
  static Result<ResultReader> open(const std::string& path, ResultFilter filter);

  // Calls `each` with every whole line before byte `end` that was not given yet; one call may
  // bring many lines, newlines included. `end` is the job's log_bytes while it runs: what lies
  // behind is not yet synced and may go again.
  Status read(std::uint64_t end, const std::function<Status(std::string_view lines)>& each);
  std::uint64_t offset() const { return reader_.offset(); }  // behind the last line looked at

 private:
  ResultReader(LogReader reader, ResultFilter filter)
      : reader_(std::move(reader)), filter_(filter) {}
  LogReader reader_;
  ResultFilter filter_;
};

// The first lines with status failed, at most `most`, without newlines.
Result<std::vector<std::string>> first_failed(const std::string& results_path, std::size_t most);

std::string failed_path(const std::string& results_path);   // failed.ndjson beside it
std::string summary_path(const std::string& results_path);  // summary.json beside it

// Writes both, each whole or not at all, replacing those of an earlier run of the job. The caller
// holds the job's ledger, committed. failed.ndjson is itself an input: a line a failed input with
// its `input` and `meta` as they were given, `index` and `error`. summary.json has the members of
// `about` (job, times, stages …), then the counts.
Status seal_results(const std::string& results_path, const SpoolReader& spool,
                    const LedgerCounters& counters, const doc::Value& about = {});

}  // namespace orch::job
