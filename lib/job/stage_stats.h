// Counters and latencies of the stages, as task managers report them in beats and the runner
// adds them up: for progress, percentiles and the bottleneck.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "doc/value.h"

namespace orch::job {

// Logarithmic buckets, about 5 % wide, from 1 µs to 19 h: percentiles in flat memory.
class Histogram {
 public:
  void add(Duration value);
  void merge(const Histogram& other);
  std::uint64_t count() const { return count_; }
  Duration percentile(double p) const;  // p in [0, 100]; zero when empty
  doc::Value to_value() const;          // sparse [[bucket, count], …]
  static Result<Histogram> from_value(const doc::Value& value);

 private:
  static constexpr std::size_t kBuckets = 512;
  std::vector<std::uint32_t> buckets_;  // empty until the first add
  std::uint64_t count_ = 0;
};

struct StageStats {
  std::string stage;  // "download" | "preprocess" | "inference"
  std::uint64_t in_flight = 0;
  std::uint64_t waiting = 0;  // items held before this stage
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  double busy_seconds = 0;     // sum over its slots
  double slot_seconds = 0;     // slots × time open: busy/slot is the utilisation
  std::uint64_t restarts = 0;  // workers that died
  Histogram latency;
};

// One task manager's report; totals since it started, so the newest replaces the older.
struct Beat {
  std::vector<StageStats> stages;
  std::uint64_t bytes_in_use = 0;
  std::uint64_t stray_lines = 0;  // printed by workers, no answer to an open id
};

std::string to_json(const Beat& beat);
Result<Beat> parse_beat(std::string_view json);
// Adds up the newest beat of every task manager.
Beat total(const std::vector<Beat>& beats);

struct Bottleneck {
  std::string stage;
  std::string advice;  // one sentence: which field of the job file to change
};
// The stage with the highest utilisation, when one stands out.
Bottleneck find_bottleneck(const Beat& total, int cores);

}  // namespace orch::job
