#include "ops/jobs.h"

#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "ops/errors.h"
#include "ops/job_view.h"

namespace orch::ops {
namespace {

bool is_over(store::JobState state) {
  return state == store::JobState::done || state == store::JobState::failed ||
         state == store::JobState::cancelled;
}

}  // namespace

Result<doc::Value> describe_job(const store::JobRow& row) {
  doc::Value value = to_value(row);
  value.set("spec", ORCH_TRY(doc::parse_json(row.spec_json, row.id)));
  return value;
}

Result<CancelAnswer> cancel_job(store::Store& store, const store::JobRow& row, Clock& clock) {
  if (is_over(row.state)) return CancelAnswer::over;
  ORCH_TRY(store.request_cancel(row.id));
  constexpr int kLooks = 50;
  constexpr useconds_t kLookMicroseconds = 100'000;
  for (int look = 0; look < kLooks; ++look) {
    const std::optional<store::JobRow> now = ORCH_TRY(store.job(row.id));
    if (!now || is_over(now->state)) return CancelAnswer::cancelled;
    if (!is_job_running(row.directory)) {
      // Nobody runs it, so nobody would read the request: a runner that starts now takes the lock.
      Result<FileLock> lock = FileLock::acquire(row.directory + "/lock");
      if (lock) {
        const Error reason{ErrorCode::cancelled, row.id + " was cancelled", {}, {}, {}, {}};
        ORCH_TRY(
            store.set_state(row.id, store::JobState::cancelled, error_json(reason), now_ms(clock)));
        return CancelAnswer::cancelled;
      }
    }
    ::usleep(kLookMicroseconds);
  }
  return CancelAnswer::asked;
}

Status delete_job(store::Store& store, const store::JobRow& row) {
  if (exists(row.directory)) {
    Result<FileLock> lock = FileLock::acquire(row.directory + "/lock");
    if (!lock) {
      return fail(ErrorCode::locked, fmt::format("{} is running", row.id),
                  fmt::format("`orch cancel {}` stops it first", row.id));
    }
    ORCH_TRY(store.delete_job(row.id));
    return remove_tree(row.directory);
  }
  return store.delete_job(row.id);
}

}  // namespace orch::ops
