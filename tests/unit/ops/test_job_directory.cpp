#include "ops/job_directory.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

using orch::ops::JobDirectory;
using orch::store::Store;

namespace {

struct State {
  State() {
    std::string name = (std::filesystem::temp_directory_path() / "orch-test-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~State() { std::filesystem::remove_all(path); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  bool has(const std::string& id) const { return std::filesystem::exists(path + "/jobs/" + id); }
  bool has_markers() const { return !std::filesystem::is_empty(path + "/creating"); }

  std::string path;
};

// Makes the directory in a process that dies at once, with its job in the store or not.
void die_while_making(const State& state, const std::string& id, bool with_row) {
  const pid_t child = ::fork();
  if (child == 0) {
    Store store = Store::open(state.path).value();
    auto made = JobDirectory::create(store, id);
    orch::store::JobRow row;
    row.id = row.name = id;
    const bool fine = made && (!with_row || store.add_job(row));
    ::_exit(fine ? 0 : 1);  // nothing is destroyed, as after kill -9
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}

}  // namespace

TEST_CASE("what a killed submit left is removed by the next one, a job is not") {
  const State state;
  die_while_making(state, "lost-1", false);
  die_while_making(state, "kept-1", true);
  CHECK(state.has("kept-1"));
  const Store store = Store::open(state.path).value();
  auto made = JobDirectory::create(store, "next-1");
  REQUIRE(made);
  CHECK(!state.has("lost-1"));
  CHECK(state.has("kept-1"));
  made->keep();
  CHECK(state.has("next-1"));
  CHECK(!state.has_markers());
}

TEST_CASE("a directory that is being made is left alone") {
  const State state;
  const Store store = Store::open(state.path).value();
  auto first = JobDirectory::create(store, "a-1");
  auto second = JobDirectory::create(store, "b-1");
  REQUIRE(first);
  REQUIRE(second);
  CHECK(state.has("a-1"));
}

TEST_CASE("without keep() the directory goes with its maker") {
  const State state;
  const Store store = Store::open(state.path).value();
  { CHECK(JobDirectory::create(store, "a-1").has_value()); }
  CHECK(!state.has("a-1"));
  CHECK(!state.has_markers());
}
