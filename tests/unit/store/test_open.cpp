#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "store/database.h"
#include "store/file_system.h"
#include "store/schema.h"
#include "support.h"

namespace orch::store {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("everything made is private, whatever the umask") {
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{0277}}) {
    CAPTURE(mask);
    TemporaryDirectory directory;
    const std::string state = directory / "state";
    const mode_t before = umask(mask);
    auto store = Store::open(state);
    if (store) (void)store->add_job(job_row("a-1", "a"));
    umask(before);
    REQUIRE(store);
    CHECK(mode_of(state) == 0700);
    for (const char* name : {"/orch.db", "/orch.db-wal", "/orch.db-shm"}) {
      CAPTURE(name);
      CHECK(mode_of(state + name) == 0600);
    }
  }
}

TEST_CASE("a database that others could read is made private again") {
  TemporaryDirectory directory;
  { REQUIRE(Store::open(directory.path())); }
  REQUIRE(chmod((directory / "orch.db").c_str(), 0644) == 0);
  REQUIRE(Store::open(directory.path()));
  CHECK(mode_of(directory / "orch.db") == 0600);
}

TEST_CASE("open_existing makes nothing") {
  TemporaryDirectory directory;
  CHECK(!Store::open_existing(directory / "state").value());
  CHECK(access((directory / "state").c_str(), F_OK) != 0);
  std::ofstream(directory / "orch.db").close();  // another process is about to make the tables
  CHECK(!Store::open_existing(directory.path()).value());
  REQUIRE(Store::open(directory.path()));
  CHECK(Store::open_existing(directory.path()).value());
}

TEST_CASE("an older database is brought up to date, keeping its rows") {
  TemporaryDirectory directory;
  const std::string path = directory / "orch.db";
  REQUIRE(create_private_file(path));
  Database database = Database::open(path, std::chrono::seconds(1)).value();
  const std::array steps = {"CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)",
                            "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 5",
                            "CREATE TABLE b (z INTEGER); INSERT INTO b SELECT x + y FROM a"};
  REQUIRE(migrate(database, std::span(steps).first(1)));
  CHECK(schema_version(database).value() == 1);
  REQUIRE(migrate(database, steps));
  CHECK(schema_version(database).value() == 3);
  REQUIRE(migrate(database, steps));  // nothing left to do
  Statement row = database.prepare("SELECT z FROM b").value();
  REQUIRE(row.step().value());
  CHECK(row.integer() == 6);
  CHECK(!row.step().value());
}

TEST_CASE("a step that fails leaves the version before it") {
  TemporaryDirectory directory;
  const std::string path = directory / "orch.db";
  REQUIRE(create_private_file(path));
  Database database = Database::open(path, std::chrono::seconds(1)).value();
  const std::array steps = {"CREATE TABLE a (x INTEGER)", "CREATE TABLE b (x); CREATE TABLE a (x)"};
  CHECK(!migrate(database, steps));
  CHECK(schema_version(database).value() == 1);
  CHECK(!database.execute("SELECT x FROM b"));
}

TEST_CASE("a newer database is refused with both versions") {
  TemporaryDirectory directory;
  { REQUIRE(Store::open(directory.path())); }
  {
    Database database = Database::open(directory / "orch.db", std::chrono::seconds(1)).value();
    REQUIRE(database.execute("PRAGMA user_version=99"));
  }
  for (const bool create : {true, false}) {
    const Error error = create ? Store::open(directory.path()).error()
                               : Store::open_existing(directory.path()).error();
    CHECK(error.code == ErrorCode::state_newer);
    CHECK(error.message == (directory / "orch.db") + " has version 99, this orch knows versions " +
                               "up to " + std::to_string(schema_steps().size()));
  }
}

TEST_CASE("a file that is no database is named as damaged, with the cure") {
  TemporaryDirectory directory;
  std::ofstream(directory / "orch.db") << std::string(8192, 'x');
  const auto store = Store::open(directory.path());
  REQUIRE(!store);
  CHECK(store.error().code == ErrorCode::state_unusable);
  CHECK(store.error().message == (directory / "orch.db") + " is damaged: file is not a database");
  CHECK(store.error().hint.find("mv " + (directory / "orch.db")) != std::string::npos);
}

TEST_CASE("a database cut short is named as damaged") {
  TemporaryDirectory directory;
  {
    Store store = Store::open(directory.path()).value();
    for (int i = 0; i < 50; ++i) {
      REQUIRE(store.add_job(job_row("job-" + std::to_string(i), "n")));
    }
  }
  REQUIRE(truncate((directory / "orch.db").c_str(), 5000) == 0);
  auto store = Store::open(directory.path());
  Error error = store ? Error{} : store.error();
  if (store) error = store->jobs().error();
  CHECK(error.code == ErrorCode::state_unusable);
  CHECK(error.message.find("is damaged") != std::string::npos);
}

TEST_CASE("network file systems are refused by name") {
  TemporaryDirectory directory;
  StoreOptions options;
  options.file_system_type = [](const std::string&) -> Result<std::uint64_t> { return 0x6969; };
  const auto store = Store::open(directory / "state", options);
  REQUIRE(!store);
  CHECK(store.error().code == ErrorCode::state_unusable);
  CHECK(store.error().message == (directory / "state") +
                                     " is on a network file system (NFS), where the state of orch "
                                     "would not be safe");
  CHECK(store.error().hint == "point --state-dir at a directory on a local disk");
  CHECK(access((directory / "state/orch.db").c_str(), F_OK) != 0);
  CHECK(network_file_system(0xFF534D42) == "SMB (CIFS)");
  CHECK(network_file_system(0x65735546) == "FUSE");
  CHECK(!network_file_system(0xEF53));      // ext4
  CHECK(!network_file_system(0x01021994));  // tmpfs
}

TEST_CASE("a read-only directory is named, with the cure") {
  TemporaryDirectory directory;
  { REQUIRE(Store::open(directory / "state")); }
  const std::string state = directory / "state";
  REQUIRE(chmod(directory.path().c_str(), 0755) == 0);
  REQUIRE(chmod(state.c_str(), 0555) == 0);
  REQUIRE(chmod((directory / "state/orch.db").c_str(), 0644) == 0);
  const auto message_of = [](const std::string& path) {
    const auto store = Store::open(path);
    if (store || store.error().code != ErrorCode::state_unusable) return std::string();
    return store.error().message + "|" + store.error().hint;
  };
  const std::string fresh = directory / "state/fresh";
  CHECK(in_child([&] {
          if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 77;
          if (message_of(state) != "cannot write to the state directory " + state +
                                       ": Permission denied|make " + state +
                                       " writable, or point --state-dir at a writable directory") {
            return 1;
          }
          return message_of(fresh).find("make " + state + " writable") == std::string::npos ? 2 : 0;
        }) == 0);
}

TEST_CASE("a full disk is output_failed, and what was there stays") {
  TemporaryDirectory directory;
  { REQUIRE(Store::open(directory.path()).value().add_job(job_row("a-1", "a"))); }
  CHECK(in_child([&] {
          signal(SIGXFSZ, SIG_IGN);
          const rlimit limit{256 << 10, 256 << 10};
          setrlimit(RLIMIT_FSIZE, &limit);
          auto store = Store::open(directory.path());
          if (!store) return 1;
          for (int i = 0; i < 1000; ++i) {
            JobRow row = job_row("full-" + std::to_string(i), "full");
            row.spec_json = std::string(10'000, 'x');
            const Status status = store->add_job(row);
            if (status) continue;
            if (status.error().code != ErrorCode::output_failed) return 2;
            if (status.error().message.find("cannot write " + directory.path()) != 0) return 3;
            if (status.error().hint.find("make room") != 0) return 4;
            return store->job("a-1").value() ? 0 : 5;
          }
          return 6;
        }) == 0);
  Store store = Store::open(directory.path()).value();
  CHECK(store.job("a-1").value());
  CHECK(store.add_job(job_row("b-1", "b")));
}

TEST_CASE("wherever the disk is full while a store is made, the error says so, and room helps") {
  int failures = 0;
  for (rlim_t room = 0; room <= 128 << 10; room += 4 << 10) {
    CAPTURE(room);
    TemporaryDirectory directory;
    const int answer = in_child([&] {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{room, room};
      setrlimit(RLIMIT_FSIZE, &limit);
      auto store = Store::open(directory / "state");
      const Status added = store ? store->add_job(job_row("a-1", "a")) : fail(store.error());
      if (added) return 0;
      return added.error().code == ErrorCode::output_failed ? 1 : 2;
    });
    CHECK((answer == 0 || answer == 1));
    failures += answer;
    Store store = Store::open(directory / "state").value();
    CHECK(store.add_job(job_row("b-1", "b")));
  }
  CHECK(failures > 3);
}

}  // namespace orch::store
