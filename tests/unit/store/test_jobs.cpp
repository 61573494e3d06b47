#include <doctest/doctest.h>

#include "support.h"

namespace orch::store {
namespace {

struct Fixture {
  TemporaryDirectory directory;
  Store store = Store::open(directory / "state").value();

  JobRow get(std::string_view id) { return store.job(id).value().value(); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a job comes back as it was added, also after reopening") {
  JobRow row = job_row("birds-aaaaaaaa", "birds");
  row.spec_json = std::string("{\"text\":\"") + std::string(100'000, 'x') + "\"}";
  row.error_json = "e";
  row.progress_json = "p";
  row.started_ms = 2;
  row.ended_ms = 3;
  row.pid = 4;
  row.cancel_requested = true;
  row.state = JobState::stopped;
  row.total = 1'000'000'000'000;
  row.ok = 5;
  row.failed = 6;
  row.log_bytes = 7;
  REQUIRE(store.add_job(row));
  store = Store::open(directory / "state").value();
  const JobRow back = get("birds-aaaaaaaa");
  CHECK(back.name == "birds");
  CHECK(back.state == JobState::stopped);
  CHECK(back.spec_json == row.spec_json);
  CHECK(back.plan_json == "{}");
  CHECK(back.directory == row.directory);
  CHECK(back.results_path == row.results_path);
  CHECK(back.error_json == "e");
  CHECK(back.progress_json == "p");
  CHECK(back.total == row.total);
  CHECK(back.ok == 5);
  CHECK(back.failed == 6);
  CHECK(back.log_bytes == 7);
  CHECK(back.created_ms == 1000);
  CHECK(back.started_ms == 2);
  CHECK(back.ended_ms == 3);
  CHECK(back.pid == 4);
  CHECK(back.cancel_requested);
}

TEST_CASE_FIXTURE(Fixture, "the same id twice is refused and changes nothing") {
  REQUIRE(store.add_job(job_row("a-1", "a")));
  JobRow again = job_row("a-1", "other");
  const Status status = store.add_job(again);
  REQUIRE(!status);
  CHECK(status.error().code == ErrorCode::already_exists);
  CHECK(status.error().message == "there is a job a-1 already");
  CHECK(get("a-1").name == "a");
}

TEST_CASE_FIXTURE(Fixture, "find_job: the id, else the newest of that name") {
  REQUIRE(store.add_job(job_row("birds-aaaaaaaa", "birds")));
  JobRow newer = job_row("birds-bbbbbbbb", "birds");
  newer.created_ms = 1;  // the wall clock was set back in between
  REQUIRE(store.add_job(newer));
  REQUIRE(store.add_job(job_row("x-cccccccc", "birds-aaaaaaaa")));
  CHECK(store.find_job("birds").value().id == "birds-bbbbbbbb");
  CHECK(store.find_job("birds-aaaaaaaa").value().id == "birds-aaaaaaaa");
}

TEST_CASE_FIXTURE(Fixture, "find_job offers the nearest id or name") {
  REQUIRE(store.add_job(job_row("birds-aaaaaaaa", "birds")));
  const auto by_name = store.find_job("brids");
  REQUIRE(!by_name);
  CHECK(by_name.error().code == ErrorCode::not_found);
  CHECK(by_name.error().message == "there is no job brids");
  CHECK(by_name.error().hint == "did you mean birds? `orch list jobs` shows what exists");
  const auto by_id = store.find_job("birds-aaaaaaab");
  CHECK(by_id.error().hint.starts_with("did you mean birds-aaaaaaaa?"));
  CHECK(store.find_job("zebra").error().hint.empty());
  CHECK(store.find_job("x\x1b[0m").error().message == "there is no job x\\x1b[0m");
}

TEST_CASE_FIXTURE(Fixture, "jobs are listed newest first, by state oldest first") {
  for (const char* id : {"a-1", "b-1", "c-1"}) REQUIRE(store.add_job(job_row(id, "n")));
  REQUIRE(store.set_state("b-1", JobState::done, "", 5));
  const auto two = store.jobs(2).value();
  REQUIRE(two.size() == 2);
  CHECK(two[0].id == "c-1");
  CHECK(two[1].id == "b-1");
  const auto queued = store.jobs_in(JobState::queued).value();
  REQUIRE(queued.size() == 2);
  CHECK(queued[0].id == "a-1");
  CHECK(queued[1].id == "c-1");
}

TEST_CASE_FIXTURE(Fixture, "a run starts, stops and goes on") {
  REQUIRE(store.add_job(job_row("a-1", "a")));
  REQUIRE(store.set_running("a-1", 42, 2000));
  CHECK(get("a-1").state == JobState::running);
  CHECK(get("a-1").pid == 42);
  REQUIRE(store.set_state("a-1", JobState::stopped, R"({"code":"deadline"})", 3000));
  CHECK(get("a-1").pid == 0);
  CHECK(get("a-1").ended_ms == 3000);
  CHECK(get("a-1").error_json == R"({"code":"deadline"})");
  REQUIRE(store.set_running("a-1", 43, 4000));
  CHECK(get("a-1").started_ms == 2000);
  CHECK(get("a-1").ended_ms == 0);
  CHECK(get("a-1").error_json.empty());
  REQUIRE(store.set_state("a-1", JobState::queued, "", 5000));
  CHECK(get("a-1").ended_ms == 0);
}

TEST_CASE_FIXTURE(Fixture, "a cancel request outlives the start of a run, not the job's resume") {
  REQUIRE(store.add_job(job_row("a-1", "a")));
  REQUIRE(store.request_cancel("a-1"));
  REQUIRE(store.set_running("a-1", 42, 2000));
  CHECK(store.cancel_requested("a-1").value());
  REQUIRE(store.set_running("a-1", 43, 2000));  // another runner after a crash
  CHECK(store.cancel_requested("a-1").value());
  REQUIRE(store.set_state("a-1", JobState::cancelled, "", 3000));
  CHECK(store.cancel_requested("a-1").value());
  REQUIRE(store.set_running("a-1", 44, 4000));
  CHECK(!store.cancel_requested("a-1").value());
  REQUIRE(store.request_cancel("a-1"));
  REQUIRE(store.set_state("a-1", JobState::queued, "", 5000));
  CHECK(!store.cancel_requested("a-1").value());
}

TEST_CASE_FIXTURE(Fixture, "checkpoints: counters, offset and chunks") {
  REQUIRE(store.add_job(job_row("a-1", "a")));
  REQUIRE(store.add_job(job_row("b-1", "b")));
  CHECK(store.read_bitmap("a-1").value().empty());
  const std::string full(8192, '\xff');
  REQUIRE(store.write_checkpoint("a-1", {100, 7, 3}, {{0, full}, {5, std::string("\0\1", 2)}}));
  REQUIRE(store.write_checkpoint("a-1", {200, 17, 4}, {{5, std::string("\2\1", 2)}}));
  const Checkpoint back = store.read_checkpoint("a-1").value();
  CHECK(back.log_bytes == 200);
  CHECK(back.ok == 17);
  CHECK(back.failed == 4);
  CHECK(get("a-1").log_bytes == 200);
  CHECK(get("a-1").ok == 17);
  const auto chunks = store.read_bitmap("a-1").value();
  REQUIRE(chunks.size() == 2);
  CHECK(chunks[0].bits == full);
  CHECK(chunks[1].chunk == 5);
  CHECK(chunks[1].bits == "\2\1");
  CHECK(store.read_bitmap("b-1").value().empty());
  REQUIRE(store.set_progress("a-1", R"({"stages":[]})"));
  CHECK(get("a-1").progress_json == R"({"stages":[]})");
  CHECK(get("b-1").progress_json.empty());
}

TEST_CASE_FIXTURE(Fixture, "a deleted job leaves no rows, not even for one that takes its place") {
  REQUIRE(store.add_job(job_row("a-1", "a")));
  REQUIRE(store.write_checkpoint("a-1", {100, 7, 3}, {{0, "x"}}));
  REQUIRE(store.delete_job("a-1"));
  CHECK(!store.job("a-1").value());
  REQUIRE(store.add_job(job_row("b-1", "b")));
  CHECK(store.read_bitmap("b-1").value().empty());
  CHECK(store.read_checkpoint("b-1").value().log_bytes == 0);
}

TEST_CASE_FIXTURE(Fixture, "a job that is not there is not_found everywhere") {
  const auto not_found = [](const auto& result) {
    return !result && result.error().code == ErrorCode::not_found;
  };
  CHECK(not_found(store.set_state("x", JobState::done, "", 1)));
  CHECK(not_found(store.set_running("x", 1, 1)));
  CHECK(not_found(store.set_progress("x", "{}")));
  CHECK(not_found(store.request_cancel("x")));
  CHECK(not_found(store.cancel_requested("x")));
  CHECK(not_found(store.delete_job("x")));
  CHECK(not_found(store.write_checkpoint("x", {}, {})));
  CHECK(not_found(store.read_checkpoint("x")));
  CHECK(!store.job("x").value());
}

}  // namespace orch::store
