// The state of this machine's orch: one SQLite database (WAL) in the state directory, shared by
// any number of orch processes. The only folder that includes sqlite3.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace orch::store {

// queued → running → done | failed | cancelled; running → stopped (resumable) → running.
enum class JobState { queued, running, stopped, done, failed, cancelled };
std::string_view to_string(JobState state);

struct JobRow {
  std::string id;  // <name>-<8 characters>
  std::string name;
  JobState state = JobState::queued;
  std::string spec_json;     // job::to_value, no secret values
  std::string plan_json;     // what was planned, for people and for resume
  std::string directory;     // spool, logs and, for stdout jobs, results: <state dir>/jobs/<id>
  std::string results_path;  // results.ndjson
  std::uint64_t total = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  std::uint64_t log_bytes = 0;  // synced and counted length of results.ndjson
  std::string error_json;       // why it failed or stopped; empty: fine
  std::string progress_json;    // stage statistics of the last checkpoint
  std::int64_t created_ms = 0;  // wall clock, Unix milliseconds
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  bool enqueued = false;  // the queue runner takes it up, again after a crash
  bool cancel_requested = false;
  int pid = 0;  // of the runner while running
};

struct Checkpoint {
  std::uint64_t log_bytes = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
};
// A piece of the done-bitmap: 65,536 inputs, 8 KiB.
struct BitmapChunk {
  std::uint64_t chunk = 0;
  std::string bits;
};

struct StoreOptions {
  // How long to wait for other processes before `locked`.
  Duration busy = std::chrono::seconds(30);
  // Tests say here what statfs would answer; nullptr: the kernel.
  Result<std::uint64_t> (*file_system_type)(const std::string& path) = nullptr;
};

class Database;

// Not for use by two threads at once; each opens its own. Errors, all with path and cure:
// state_newer, state_unusable (read-only, damaged, network file system), output_failed (disk
// full), locked (another process was in the way for too long).
class Store {
 public:
  // Creates the directory (0700) and database (0600) when absent and migrates older ones.
  static Result<Store> open(const std::string& state_directory, const StoreOptions& options = {});
  // Never creates: nullopt when there is no database yet (status, completion).
  static Result<std::optional<Store>> open_existing(const std::string& state_directory,
                                                    const StoreOptions& options = {});
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  const std::string& directory() const;
  Database& database();  // for the other tables of this folder
  std::string job_directory(std::string_view id) const;

  // What is said to be durable survives a power loss once it returns. A job that is not there
  // (deleted meanwhile) is not_found everywhere below.
  Status add_job(const JobRow& row);  // durable; already_exists
  Result<std::optional<JobRow>> job(std::string_view id) const;
  // By id, else the newest with that name. not_found offers the nearest.
  Result<JobRow> find_job(std::string_view name_or_id) const;
  // Newest first.
  Result<std::vector<JobRow>> jobs(int limit = 1000) const;
  Result<std::vector<JobRow>> jobs_in(JobState state) const;  // oldest first
  // Durable. Ends the job's run (pid 0, ended_ms set), or puts it back into the queue.
  Status set_state(std::string_view id, JobState state, std::string_view error_json,
                   std::int64_t now_ms);
  // Durable. started_ms stays that of the first run. A cancel request made while the job was
  // queued or running stands; one from before it ended is over.
  Status set_running(std::string_view id, int pid, std::int64_t now_ms);
  Status set_progress(std::string_view id, std::string_view progress_json);
  Status request_cancel(std::string_view id);  // durable
  Result<bool> cancel_requested(std::string_view id) const;
  Status delete_job(std::string_view id);  // durable; the job's rows, not its files

  // The ledger's checkpoint: counters, offset and the chunks that changed, in one transaction.
  Status write_checkpoint(std::string_view job_id, const Checkpoint& checkpoint,
                          const std::vector<BitmapChunk>& changed);
  Result<Checkpoint> read_checkpoint(std::string_view job_id) const;
  Result<std::vector<BitmapChunk>> read_bitmap(std::string_view job_id) const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace orch::store
