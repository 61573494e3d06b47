#include <doctest/doctest.h>

#include "base/error.h"
#include "ops/errors.h"
#include "ops/job_view.h"

using namespace orch;

namespace {

store::JobRow row(store::JobState state, std::uint64_t ok, std::uint64_t failed) {
  store::JobRow row;
  row.id = "a-1";
  row.state = state;
  row.ok = ok;
  row.failed = failed;
  row.total = ok + failed;
  row.directory = "/nonexistent";
  return row;
}

}  // namespace

TEST_CASE("a job's exit status is its result") {
  CHECK(ops::exit_status(row(store::JobState::done, 2, 0)) == 0);
  CHECK(ops::exit_status(row(store::JobState::done, 1, 1)) == 8);
  CHECK(ops::exit_status(row(store::JobState::done, 0, 2)) == 3);
  CHECK(ops::exit_status(row(store::JobState::failed, 1, 0)) == 3);
  CHECK(ops::exit_status(row(store::JobState::cancelled, 1, 0)) == 3);
  CHECK(ops::exit_status(row(store::JobState::queued, 0, 0)) == 9);
  CHECK(ops::exit_status(row(store::JobState::running, 0, 0)) == 9);
}

TEST_CASE("a stopped job exits with what stopped it; a deadline counts what is ok") {
  store::JobRow stopped = row(store::JobState::stopped, 1, 0);
  stopped.error_json = ops::error_json({ErrorCode::interrupted, "was interrupted", {}, {}, {}, {}});
  CHECK(ops::exit_status(stopped) == 130);
  stopped.error_json = ops::error_json({ErrorCode::timed_out, "too slow", {}, {}, {}, {}});
  CHECK(ops::exit_status(stopped) == 7);
  stopped.error_json = ops::error_json({ErrorCode::deadline_reached, "late", {}, {}, {}, {}});
  CHECK(ops::exit_status(stopped) == 8);
  stopped.ok = 0;
  CHECK(ops::exit_status(stopped) == 3);
}

TEST_CASE("a running job whose runner is gone is shown as stopped") {
  CHECK(ops::shown_state(row(store::JobState::running, 0, 0)) == "stopped");
  CHECK(ops::shown_state(row(store::JobState::queued, 0, 0)) == "stopped");
  store::JobRow enqueued = row(store::JobState::queued, 0, 0);
  enqueued.enqueued = true;
  CHECK(ops::shown_state(enqueued) == "queued");
}

TEST_CASE("the document has every counter and no broken piece of JSON") {
  store::JobRow broken = row(store::JobState::done, 1, 1);
  broken.plan_json = "{";
  broken.progress_json = "nonsense";
  broken.created_ms = 1;
  const doc::Value value = ops::to_value(broken);
  CHECK(value.find("plan")->is_null());
  CHECK(value.find("stages")->is_null());
  CHECK(*value.find("created_at")->string() == "1970-01-01T00:00:00.001Z");
  CHECK(value.find("ended_at")->is_null());
  CHECK(*value.find("failed")->integer() == 1);
}
