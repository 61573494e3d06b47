#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "child.h"

using namespace orch;
using orch::test::shell;
using orch::test::wait_for;

TEST_CASE("wait statuses are told in words and as a shell's status") {
  const int exited = wait_for(spawn(shell("exit 3")).value());
  CHECK(describe_wait_status(exited) == "exit status 3");
  CHECK(exit_status_of(exited) == 3);
  const int killed = wait_for(spawn(shell("kill -KILL $$")).value());
  CHECK(describe_wait_status(killed) == "signal 9 (Killed)");
  CHECK(exit_status_of(killed) == 137);
  CHECK(describe_wait_status(0) == "exit status 0");
  CHECK(describe_wait_status(SIGRTMAX) == "signal 64");
}

TEST_CASE("pipes are closed in children and may be non-blocking") {
  Pipe pipe = make_pipe().value();
  CHECK((::fcntl(pipe.read.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(pipe.write.get(), F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE(set_nonblocking(pipe.read.get()));
  char byte = 0;
  CHECK(::read(pipe.read.get(), &byte, 1) == -1);
  REQUIRE(set_nonblocking(pipe.read.get(), false));
  CHECK((::fcntl(pipe.read.get(), F_GETFL) & O_NONBLOCK) == 0);
  CHECK_FALSE(set_nonblocking(-1));
}

TEST_CASE("this executable is known by its absolute path") {
  CHECK(self_executable().starts_with('/'));
  CHECK(self_executable() == std::filesystem::read_symlink("/proc/self/exe").string());
}

TEST_CASE("children are listed while they live, adopted ones too") {
  become_subreaper();
  Pipe pipe = make_pipe().value();
  SpawnSpec spec = shell("sleep 60 >/dev/null & echo $!");
  spec.stdout_fd = pipe.write.get();
  const pid_t child = spawn(spec).value();
  pipe.write.reset();
  const auto grandchild = static_cast<pid_t>(std::stol(read_fd(pipe.read.get(), "pipe").value()));
  const auto is_listed = [](pid_t pid) {
    const auto all = children();
    return std::ranges::find(all, pid) != all.end();
  };
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  CHECK_FALSE(is_listed(child));  // it has ended, though nobody has reaped it
  wait_for(child);
  CHECK(is_listed(grandchild));  // an orphan now, and ours
  ::kill(grandchild, SIGKILL);
  CHECK(exit_status_of(wait_for(grandchild)) == 137);
  CHECK_FALSE(is_listed(grandchild));
}
