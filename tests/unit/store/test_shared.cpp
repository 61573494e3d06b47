// Any number of processes on one store.
#include <doctest/doctest.h>
#include <signal.h>

#include "store/database.h"
#include "support.h"

namespace orch::store {
namespace {

int use_store(const std::string& directory, int number) {
  auto store = Store::open(directory);
  if (!store) return 1;
  const std::string id = "job-" + std::to_string(number);
  if (!store->add_job(job_row(id, "shared"))) return 2;
  if (!store->set_running(id, getpid(), 1)) return 3;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    if (!store->write_checkpoint(id, {i * 100, i, 0}, {{0, std::string(8192, 'b')}})) return 4;
    if (!store->find_job("shared")) return 5;
  }
  if (!store->set_state(id, JobState::done, "", 2)) return 6;
  return 0;
}

std::vector<int> wait_all(const std::vector<pid_t>& children) {
  std::vector<int> statuses;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    statuses.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }
  return statuses;
}

}  // namespace

TEST_CASE("fifty processes make and use one new store; no row is lost") {
  TemporaryDirectory directory;
  const std::string state = directory / "state";
  std::vector<pid_t> children;
  for (int number = 0; number < 50; ++number) {
    const pid_t child = fork();
    if (child == 0) _exit(use_store(state, number));
    children.push_back(child);
  }
  CHECK(wait_all(children) == std::vector<int>(50, 0));
  Store store = Store::open(state).value();
  const auto jobs = store.jobs_in(JobState::done).value();
  CHECK(jobs.size() == 50);
  for (const JobRow& job : jobs) {
    CHECK(job.ok == 20);
    CHECK(job.log_bytes == 2000);
  }
}

TEST_CASE("processes killed while they write leave a store that works") {
  TemporaryDirectory directory;
  for (int round = 0; round < 10; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      for (int number = round * 1000;; ++number) {
        if (use_store(directory.path(), number) != 0) _exit(1);
      }
    }
    usleep(static_cast<useconds_t>(5000 + (round * 3700)));
    kill(child, SIGKILL);
    CHECK(wait_all({child})[0] == -1);
  }
  CHECK(in_child([&] { return use_store(directory.path(), 999'999); }) == 0);
  Database database = Database::open(directory / "orch.db", std::chrono::seconds(5)).value();
  Statement check = database.prepare("PRAGMA integrity_check").value();
  REQUIRE(check.step().value());
  CHECK(check.text() == "ok");
}

TEST_CASE("a store held for too long is locked, and says by whom to look") {
  TemporaryDirectory directory;
  StoreOptions options;
  options.busy = std::chrono::milliseconds(50);
  Store store = Store::open(directory.path(), options).value();
  REQUIRE(store.add_job(job_row("a-1", "a")));
  Database other = Database::open(directory / "orch.db", options.busy).value();
  auto held = Transaction::begin(other, Durability::progress);
  REQUIRE(held);
  const Status status = store.request_cancel("a-1");
  REQUIRE(!status);
  CHECK(status.error().code == ErrorCode::locked);
  CHECK(status.error().message ==
        (directory / "orch.db") + " was held by other processes for over 50ms");
  CHECK(store.job("a-1").value());  // readers are never in the way
  REQUIRE(held->commit());
  CHECK(store.request_cancel("a-1"));
}

}  // namespace orch::store
