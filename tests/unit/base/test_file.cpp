#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "base/file.h"
#include "base/process.h"
#include "support/temporary_directory.h"

using namespace orch;
using orch::test::TemporaryDirectory;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

std::size_t entries_in(const std::string& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

// No file may grow past `bytes` while this lives: the kernel then refuses as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("what is opened is closed with its owner and never inherited") {
  const TemporaryDirectory directory;
  const auto path = directory.path("f");
  int number = -1;
  {
    Fd fd = create_exclusive(path).value();
    number = fd.get();
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
    Fd other = std::move(fd);
    CHECK_FALSE(fd);
    CHECK(other.get() == number);
    Fd& same = other;
    other = std::move(same);
    CHECK(other.get() == number);
  }
  CHECK(::fcntl(number, F_GETFD) == -1);
  CHECK((::fcntl(open_read(path)->get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(open_append(path)->get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("creating exclusively refuses files and links that exist") {
  const TemporaryDirectory directory;
  const auto file = directory.write("file", "kept");
  const auto link = directory.path("link");
  REQUIRE(::symlink("nowhere", link.c_str()) == 0);
  CHECK(create_exclusive(file).error().code == ErrorCode::already_exists);
  CHECK(create_exclusive(link).error().code == ErrorCode::already_exists);
  CHECK(create_exclusive(directory.path("no/file")).error().code == ErrorCode::file_not_found);
}

TEST_CASE("appending adds to the end") {
  const TemporaryDirectory directory;
  const auto path = directory.write("log", "a");
  REQUIRE(write_all(open_append(path)->get(), "b", path));
  REQUIRE(write_all(open_append(path)->get(), "c", path));
  CHECK(directory.read("log") == "abc");
}

TEST_CASE("reading gives the whole file, of any size") {
  const TemporaryDirectory directory;
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 3000001UL}) {
    CAPTURE(size);
    std::string content(size, 'x');
    for (std::size_t i = 0; i < size; i += 97) content[i] = static_cast<char>(i);
    const auto path = directory.write("f", content);
    const auto read = read_file(path);
    REQUIRE(read);
    CHECK(*read == content);
  }
  // Files of /proc have no size.
  CHECK(read_file("/proc/self/stat")->starts_with(std::to_string(::getpid()) + " "));
}

TEST_CASE("a file that is missing, no file, or too large says so by name") {
  const TemporaryDirectory directory;
  const auto missing = read_file(directory.path("absent"));
  CHECK(missing.error().code == ErrorCode::file_not_found);
  CHECK(missing.error().message ==
        "cannot open " + directory.path("absent") + ": No such file or directory");
  CHECK(read_file(directory.path()).error().code == ErrorCode::file_unreadable);
  const auto path = directory.write("f", std::string(2049, 'x'));
  CHECK(read_file(path, 2049));
  const auto large = read_file(path, 2048);
  CHECK(large.error().code == ErrorCode::invalid_file);
  CHECK(large.error().message == path + " is larger than 2 KiB");
  CHECK(read_file("/dev/zero", 100000).error().code == ErrorCode::invalid_file);
}

TEST_CASE("a pipe is read to its end") {
  Pipe pipe = make_pipe().value();
  const std::string content(300000, 'p');
  std::thread writer([&] {
    CHECK(write_all(pipe.write.get(), content, "pipe"));
    pipe.write.reset();
  });
  CHECK(read_fd(pipe.read.get(), "pipe") == content);
  writer.join();
}

TEST_CASE("a non-blocking descriptor gets all bytes too") {
  Pipe pipe = make_pipe().value();
  REQUIRE(set_nonblocking(pipe.write.get()));
  const std::string content(300000, 'p');
  std::thread reader([&] { CHECK(read_fd(pipe.read.get(), "pipe") == content); });
  CHECK(write_all(pipe.write.get(), content, "pipe"));
  pipe.write.reset();
  reader.join();
}

TEST_CASE("an output that takes no bytes is an error") {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto refused = write_all(full.get(), "x", "standard output");
  CHECK(refused.error().code == ErrorCode::output_failed);
  CHECK(refused.error().message == "cannot write standard output: No space left on device");
  CHECK(write_all(-1, "x", "nothing").error().code == ErrorCode::output_failed);
  Pipe pipe = make_pipe().value();
  pipe.read.reset();
  ::signal(SIGPIPE, SIG_IGN);
  CHECK(write_all(pipe.write.get(), "x", "pipe").error().code == ErrorCode::reader_gone);
  ::signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("an atomic write makes or replaces the file and leaves nothing beside it") {
  const TemporaryDirectory directory;
  const auto path = directory.path("f");
  REQUIRE(write_file_atomically(path, "one"));
  CHECK(directory.read("f") == "one");
  CHECK(mode_of(path) == 0600);
  REQUIRE(write_file_atomically(path, "", 0644));
  CHECK(directory.read("f") == "");
  CHECK((mode_of(path) & 0600U) == 0600);
  CHECK(entries_in(directory.path()) == 1);
}

TEST_CASE("an atomic write replaces a link, not what it points to") {
  const TemporaryDirectory directory;
  directory.write("target", "kept");
  REQUIRE(::symlink("target", directory.path("link").c_str()) == 0);
  REQUIRE(write_file_atomically(directory.path("link"), "new"));
  CHECK(directory.read("target") == "kept");
  CHECK(directory.read("link") == "new");
}

TEST_CASE("an atomic write that fails keeps the old file and removes its own") {
  const TemporaryDirectory directory;
  directory.write("f", "old");
  {
    const FileSizeLimit limit(1000);
    const auto written = write_file_atomically(directory.path("f"), std::string(2000, 'x'));
    CHECK(written.error().code == ErrorCode::output_failed);
    CHECK(written.error().message == "cannot write " + directory.path("f") + ": File too large");
  }
  CHECK(directory.read("f") == "old");
  CHECK(entries_in(directory.path()) == 1);
  // Nor can a directory be replaced by a file.
  CHECK_FALSE(write_file_atomically(directory.path(), "x"));
  CHECK(entries_in(directory.path()) == 1);
  CHECK(write_file_atomically(directory.path("no/f"), "x").error().code ==
        ErrorCode::file_not_found);
}

TEST_CASE("closing reports a bad descriptor") {
  CHECK(close_file(Fd(987654), "f").error().code == ErrorCode::output_failed);
}
