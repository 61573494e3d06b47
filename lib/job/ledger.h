// The ledger is the only owner of "done". Lines are offered, deduplicated by index, and committed
// in groups: append to results.ndjson, fdatasync, and only then counted and shown. The log is the
// truth; the store holds its checkpoint (offset, counters, bitmap). Opening recovers: the tail
// after the checkpoint is replayed and cut at the first line that is not whole, valid and new.
// One writer a job: open() takes the job's lock.
// After a failed append or sync nothing of the group was counted or shown, the log ends where it
// was good, and every further call gives the same output_failed: only opening again helps.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "job/log_file.h"

namespace orch::store {
class Store;
}

namespace orch::job {

struct LedgerCounters {
  std::uint64_t total = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  std::uint64_t duplicates = 0;  // offered again and dropped
  std::uint64_t done() const { return ok + failed; }
};

struct LedgerOptions {
  std::string job_id;
  std::string log_path;     // results.ndjson
  std::uint64_t total = 0;  // inputs
  std::size_t group_lines = 1000;
  std::size_t group_bytes = 1 << 20;
  Duration group_delay = std::chrono::milliseconds(20);
  Duration checkpoint_every = std::chrono::seconds(1);
  bool sync = true;  // false only in benchmarks of what durability costs
};

class Ledger {
 public:
  // Called after a group is on disk with exactly its bytes (whole lines).
  using Shown = std::function<Status(std::string_view lines)>;

  // `locked` when another process runs the job. The store must outlive the ledger and know the
  // job. `log` stands in for the file at log_path in tests.
  static Result<Ledger> open(store::Store& store, LedgerOptions options, Clock& clock, Shown shown,
                             std::unique_ptr<LogFile> log = nullptr);
  // FileLock::is_held of it says whether the job is being run.
  static std::string lock_path(const store::Store& store, std::string_view job_id);
  Ledger(Ledger&&) noexcept;
  ~Ledger();

  // False: that input already has a line (committed or in the open group). `line` has no newline.
  // bad_answer (nothing is taken) when it is not a result line, or not of this input and outcome.
  Result<bool> offer(std::uint64_t index, bool ok, std::string_view line);
  bool has(std::uint64_t index) const;  // offered lines included
  std::uint64_t missing(std::uint64_t begin, std::uint64_t end) const;

  // When commit() must be called at the latest: for the open group, or for a checkpoint of what
  // was committed. nullopt: nothing is open.
  std::optional<SteadyTime> due() const;
  Status commit();      // the open group now, and the checkpoint if its time has come
  Status checkpoint();  // commit, then write the checkpoint, of what is committed at least
  const LedgerCounters& counters() const;  // committed lines only
  std::uint64_t bytes() const;             // length of the synced log

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace orch::job
