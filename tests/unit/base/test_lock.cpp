#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "base/file.h"
#include "base/process.h"
#include "support/temporary_directory.h"

using namespace orch;
using orch::test::TemporaryDirectory;

namespace {

// A process of its own that runs `body`, says what it returns as its exit status, and then, when
// it returned 0, waits to be killed.
class Other {
 public:
  template <class Body>
  explicit Other(Body body) {
    Pipe ready = make_pipe().value();
    pid_ = ::fork();
    if (pid_ == 0) {
      const int status = body();
      if (status != 0) ::_exit(status);
      (void)write_all(ready.write.get(), "r", "pipe");
      for (;;) ::pause();
    }
    ready.write.reset();
    char byte = 0;
    ready_ = ::read(ready.read.get(), &byte, 1) == 1;
  }
  ~Other() { kill(); }
  pid_t pid() const { return pid_; }
  bool ready() const { return ready_; }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  bool ready_ = false;
};

}  // namespace

TEST_CASE("a lock is held by one owner and says by whom") {
  const TemporaryDirectory directory;
  const auto path = directory.path("lock");
  CHECK_FALSE(FileLock::is_held(path));
  CHECK_FALSE(exists(path));
  {
    const auto lock = FileLock::acquire(path);
    REQUIRE(lock);
    CHECK(FileLock::is_held(path));
    CHECK(FileLock::holder(path) == ::getpid());
    const auto second = FileLock::acquire(path);
    CHECK(second.error().code == ErrorCode::locked);
    CHECK(second.error().message == path + " is locked by process " + std::to_string(::getpid()));
    CHECK(FileLock::is_held(path));  // neither the question nor the attempt has dropped it
    CHECK_FALSE(FileLock::acquire(path));
  }
  CHECK_FALSE(FileLock::is_held(path));
  CHECK_FALSE(FileLock::holder(path));
  CHECK(FileLock::acquire(path));
}

TEST_CASE("a lock moves with its owner") {
  const TemporaryDirectory directory;
  const auto path = directory.path("lock");
  std::optional<FileLock> kept;
  {
    auto lock = FileLock::acquire(path);
    kept = std::move(*lock);
  }
  CHECK(FileLock::is_held(path));
  kept.reset();
  CHECK_FALSE(FileLock::is_held(path));
}

TEST_CASE("a lock of another process is seen, and ends with that process") {
  const TemporaryDirectory directory;
  const auto path = directory.path("lock");
  std::optional<Result<FileLock>> lock;
  Other other([&] {
    lock = FileLock::acquire(path);
    return *lock ? 0 : 1;
  });
  REQUIRE(other.ready());
  CHECK(FileLock::is_held(path));
  CHECK(FileLock::holder(path) == other.pid());
  CHECK(FileLock::acquire(path).error().message.find(std::to_string(other.pid())) !=
        std::string::npos);
  other.kill();
  CHECK_FALSE(FileLock::is_held(path));
  CHECK(FileLock::acquire(path));
}

TEST_CASE("a child that outlives the owner does not keep the lock") {
  const TemporaryDirectory directory;
  const auto path = directory.path("lock");
  pid_t child = 0;
  {
    const auto lock = FileLock::acquire(path);
    REQUIRE(lock);
    SpawnSpec spec;
    spec.argv = {"/bin/sleep", "60"};
    child = spawn(spec).value();
  }
  // The kernel lets spawn return a moment before the child's exec has closed what it inherited.
  for (int look = 0; look < 1000 && FileLock::is_held(path); ++look) ::usleep(1000);
  CHECK_FALSE(FileLock::is_held(path));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST_CASE("a lock file removed under its holder is no longer the lock") {
  const TemporaryDirectory directory;
  const auto path = directory.path("lock");
  const auto old = FileLock::acquire(path);
  REQUIRE(::unlink(path.c_str()) == 0);
  CHECK_FALSE(FileLock::is_held(path));
  const auto fresh = FileLock::acquire(path);
  CHECK(fresh);
  CHECK(FileLock::is_held(path));
}

TEST_CASE("a lock file with nonsense in it, or none possible") {
  const TemporaryDirectory directory;
  const auto path = directory.write("lock", "a much longer text than a pid\nand more\n");
  {
    const auto lock = FileLock::acquire(path);
    REQUIRE(lock);
    CHECK(directory.read("lock") == std::to_string(::getpid()) + "\n");
  }
  CHECK(FileLock::acquire(directory.path("no/lock")).error().code == ErrorCode::file_not_found);
  CHECK_FALSE(FileLock::is_held(directory.path("no/lock")));
}
