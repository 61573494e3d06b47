#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/body_file.h"
#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::http;

TEST_CASE("a body's file is private and stays only when kept") {
  test::TemporaryDirectory directory;
  const std::string path = directory.path() + "/x";
  {
    BodyFile file(path);
    CHECK_FALSE(exists(path));
    REQUIRE(file.open());
    REQUIRE(file.append("abc"));
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
  }
  CHECK_FALSE(exists(path));
  {
    BodyFile file(path);
    REQUIRE(file.open());
    REQUIRE(file.append("abcdef"));
    REQUIRE(file.restart());
    REQUIRE(file.append("xy"));
    CHECK(file.size() == 2);
    REQUIRE(file.keep());
  }
  CHECK(read_file(path).value() == "xy");
}

TEST_CASE("a body's file never replaces or removes another") {
  test::TemporaryDirectory directory;
  const std::string path = directory.path() + "/x";
  REQUIRE(write_file_atomically(path, "mine"));
  {
    BodyFile file(path);
    const Status opened = file.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::output_failed);
    CHECK(opened.error().message.find(path) != std::string::npos);
  }
  CHECK(read_file(path).value() == "mine");
}

TEST_CASE("a link in the place of a body is not followed") {
  test::TemporaryDirectory directory;
  const std::string path = directory.path() + "/x";
  REQUIRE(::symlink("/dev/full", path.c_str()) == 0);
  BodyFile file(path);
  CHECK_FALSE(file.open());
}
