// The spool: every input of a job, read once, in order, on disk before anything runs. An input's
// identity is its index from 0. Two files in the job's directory: `inputs` (records, each a JSON
// object {"input", "meta"?} on one line) and `inputs.index` (8-byte little-endian offset of each
// record, then of the end). Reading needs no memory beyond one split.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "job/spec.h"

namespace orch::job {

constexpr std::uint64_t kMaxInputLine = 1 << 20;

struct SpoolSummary {
  std::uint64_t inputs = 0;
  std::uint64_t blank_lines = 0;
  std::uint64_t bytes = 0;
};

// Reads the source to its end and leaves a complete, synced spool, or none. Errors name file and
// line: not UTF-8, over 1 MiB, no `input`, missing column, unreadable; no_input when nothing.
Result<SpoolSummary> write_spool(const InputSource& source, const std::string& directory);

class SpoolReader {
 public:
  static Result<SpoolReader> open(const std::string& directory);
  std::uint64_t size() const { return size_; }
  // Calls `each(index, record)` for [begin, end) in order; the view lives for the call.
  Status read(std::uint64_t begin, std::uint64_t end,
              const std::function<void(std::uint64_t, std::string_view)>& each) const;

 private:
  SpoolReader(Fd data, Fd index, std::uint64_t size)
      : data_(std::move(data)), index_(std::move(index)), size_(size) {}
  Fd data_;
  Fd index_;
  std::uint64_t size_ = 0;
};

}  // namespace orch::job
