#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "child.h"
#include "support/temporary_directory.h"

using namespace orch;
using orch::test::run;
using orch::test::shell;
using orch::test::TemporaryDirectory;
using orch::test::wait_for;

TEST_CASE("arguments and environment arrive byte for byte, and nothing else") {
  SpawnSpec spec;
  spec.argv = {"/usr/bin/printf", "<%s>", "", "a b", "[1,2]", "é\n\"'$x", "--"};
  CHECK(run(spec).value().output == "<><a b><[1,2]><é\n\"'$x><-->");
  spec.argv = {"/usr/bin/env", "-0"};
  spec.env = {{"A", "1=2"}, {"B", ""}, {"C", "x\ny"}};
  CHECK(run(spec).value().output == std::string("A=1=2\0B=\0C=x\ny\0", 15));
}

TEST_CASE("a program is looked up in the PATH of its environment") {
  const TemporaryDirectory directory;
  directory.write("one/tool", "#!/bin/sh\necho one\n");
  const auto two = directory.write("two/tool", "#!/bin/sh\necho two\n");
  REQUIRE(::chmod(two.c_str(), 0755) == 0);
  SpawnSpec spec;
  spec.argv = {"tool"};
  spec.env = {
      {"PATH", directory.path("none") + ":" + directory.path("one") + ":" + directory.path("two")}};
  CHECK(run(spec).value().output == "two\n");  // the first is not executable
  spec.env = {{"PATH", "two"}};
  spec.directory = directory.path();
  CHECK(run(spec).value().output == "two\n");
  spec.argv = {"two/tool"};
  CHECK(run(spec).value().output == "two\n");
  spec.argv = {"true"};
  spec.env.clear();
  CHECK(run(spec).value().wait_status == 0);
}

TEST_CASE("a program that cannot run is an error that names it") {
  const TemporaryDirectory directory;
  SpawnSpec spec;
  const auto error_of = [&](const std::string& program) {
    spec.argv = {program, "argument"};
    return spawn(spec).error();
  };
  spec.env = {{"PATH", "/usr/bin:/bin"}};
  auto error = error_of("no-such-program");
  CHECK(error.code == ErrorCode::file_not_found);
  CHECK(error.message == "cannot run no-such-program: not found in PATH");

  error = error_of("/no/such/program");
  CHECK(error.code == ErrorCode::file_not_found);
  CHECK(error.message == "cannot run /no/such/program: No such file or directory");

  const auto plain = directory.write("plain", "#!/bin/sh\n");
  error = error_of(plain);
  CHECK(error.code == ErrorCode::permission_denied);
  CHECK(error.message == "cannot run " + plain + ": Permission denied");
  CHECK(error.next().find("chmod +x") != std::string_view::npos);
  CHECK(error_of(directory.path()).code == ErrorCode::permission_denied);

  const auto orphan = directory.write("orphan", "#!/no/interpreter\n");
  REQUIRE(::chmod(orphan.c_str(), 0755) == 0);
  CHECK(error_of(orphan).message == "cannot run " + orphan + ": its interpreter is missing");

  const auto text = directory.write("text", "echo no first line\n");
  REQUIRE(::chmod(text.c_str(), 0755) == 0);
  error = error_of(text);
  CHECK(error.code == ErrorCode::invalid_value);
  CHECK(error.next().find("#!") != std::string_view::npos);

  spec.env = {{"PATH", directory.path()}};
  CHECK(error_of("plain").code == ErrorCode::permission_denied);
  CHECK(error_of("").code == ErrorCode::invalid_value);
  CHECK(error_of(std::string("a\0b", 3)).code == ErrorCode::invalid_value);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no failed child is left
}

TEST_CASE("too long a command line and a missing directory are errors") {
  SpawnSpec spec = shell("true");
  spec.directory = "/no/such/directory";
  const auto error = spawn(spec).error();
  CHECK(error.code == ErrorCode::file_not_found);
  CHECK(error.message == "cannot enter /no/such/directory: No such file or directory");
  spec.directory.clear();
  spec.argv.push_back(std::string(4 << 20, 'x'));
  CHECK(spawn(spec).error().code == ErrorCode::invalid_value);
}

TEST_CASE("streams not given are /dev/null") {
  SpawnSpec spec = shell("readlink /proc/self/fd/0 /proc/self/fd/2");
  CHECK(run(spec).value().output == "/dev/null\n/dev/null\n");
}

TEST_CASE("a child gets its three descriptors and no other") {
  const Fd leaked(::open("/dev/null", O_RDONLY));  // no O_CLOEXEC, as from a careless parent
  REQUIRE(::dup2(leaked.get(), 100) == 100);
  SpawnSpec spec;
  spec.argv = {"/bin/ls", "/proc/self/fd"};
  CHECK(run(spec).value().output == "0\n1\n2\n3\n");  // 3 is the directory that ls reads
  ::close(100);
}

TEST_CASE("descriptors may be passed crosswise over 0, 1 and 2") {
  Pipe out = make_pipe().value();
  Pipe err = make_pipe().value();
  Pipe in = make_pipe().value();
  REQUIRE(write_all(in.write.get(), "input", "pipe"));
  in.write.reset();
  const Fd saved[] = {Fd(::fcntl(0, F_DUPFD_CLOEXEC, 200)), Fd(::fcntl(1, F_DUPFD_CLOEXEC, 200)),
                      Fd(::fcntl(2, F_DUPFD_CLOEXEC, 200))};
  // Standard error of the child comes from our 0, its output from our 2, its input from our 1.
  ::dup2(err.write.get(), 0);
  ::dup2(in.read.get(), 1);
  ::dup2(out.write.get(), 2);
  SpawnSpec spec = shell("cat; echo error >&2");
  spec.stdin_fd = 1;
  spec.stdout_fd = 2;
  spec.stderr_fd = 0;
  const auto child = spawn(spec);
  for (int i = 0; i < 3; ++i) ::dup2(saved[i].get(), i);
  REQUIRE(child);
  out.write.reset();
  err.write.reset();
  CHECK(read_fd(out.read.get(), "out") == "input");
  CHECK(read_fd(err.read.get(), "err") == "error\n");
  CHECK(wait_for(*child) == 0);
}

TEST_CASE("one descriptor may serve twice") {
  SpawnSpec spec = shell("echo out; echo err >&2");
  Pipe pipe = make_pipe().value();
  spec.stdout_fd = pipe.write.get();
  spec.stderr_fd = pipe.write.get();
  const pid_t child = spawn(spec).value();
  pipe.write.reset();
  CHECK(read_fd(pipe.read.get(), "pipe") == "out\nerr\n");
  CHECK(wait_for(child) == 0);
}

TEST_CASE("ignored and blocked signals are back to normal in the child, and unchanged here") {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  sigset_t blocked;
  sigset_t before;
  sigset_t after;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  SpawnSpec spec;
  spec.argv = {"/bin/grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"};
  const auto ended = run(spec);
  ::pthread_sigmask(SIG_SETMASK, &before, &after);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGHUP, SIG_DFL);
  CHECK(ended->output == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  CHECK(::sigismember(&after, SIGTERM) == 1);
  CHECK(::sigismember(&after, SIGINT) == 0);
}

TEST_CASE("the child leads its group unless told otherwise, and a session on demand") {
  SpawnSpec spec = shell(
      "read -r pid _ _ _ group session _ < /proc/self/stat; "
      "test $pid = $group && echo group; test $pid = $session && echo session");
  CHECK(run(spec).value().output == "group\n");
  spec.own_session = true;
  CHECK(run(spec).value().output == "group\nsession\n");
  spec.own_session = false;
  spec.own_group = false;
  CHECK(run(spec).value().output == "");
}

TEST_CASE("a signal to the group reaches the grandchildren") {
  SpawnSpec spec = shell("sleep 60 & echo ready; wait");
  Pipe pipe = make_pipe().value();
  spec.stdout_fd = pipe.write.get();
  const pid_t child = spawn(spec).value();
  pipe.write.reset();
  char ready[6];
  REQUIRE(::read(pipe.read.get(), ready, sizeof ready) == 6);
  signal_group(child, SIGKILL);
  CHECK(read_fd(pipe.read.get(), "pipe") == "");  // ends when the last writer, sleep, has gone
  CHECK(exit_status_of(wait_for(child)) == 128 + SIGKILL);
  signal_group(child, SIGKILL);
  signal_group(0, SIGTERM);  // neither our own group
  signal_group(1, SIGTERM);  // nor everybody
}

TEST_CASE("a child dies with its parent when it should") {
  for (const int death_signal : {SIGKILL, 0}) {
    CAPTURE(death_signal);
    Pipe pipe = make_pipe().value();
    const pid_t parent = ::fork();
    if (parent == 0) {
      SpawnSpec spec = shell("sleep 0.2; echo survived");
      spec.stdout_fd = pipe.write.get();
      spec.death_signal = death_signal;
      ::_exit(spawn(spec) ? 0 : 1);
    }
    pipe.write.reset();
    REQUIRE(wait_for(parent) == 0);
    CHECK(read_fd(pipe.read.get(), "pipe") == (death_signal == 0 ? "survived\n" : ""));
  }
}

TEST_CASE("several threads may start children at once") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 10; ++i) {
        const auto ended = run(shell("exit " + std::to_string(t * 10 + i)));
        CHECK(exit_status_of(ended->wait_status) == t * 10 + i);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}
