#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/file.h"
#include "support/temporary_directory.h"

using namespace orch;
using orch::test::TemporaryDirectory;

TEST_CASE("paths are resolved by their text alone") {
  CHECK(resolve("/a/b", "c") == "/a/b/c");
  CHECK(resolve("/a/b", "./c/../d") == "/a/b/d");
  CHECK(resolve("/a/b", "../c") == "/a/c");
  CHECK(resolve("/a/b", "../../../c") == "/c");
  CHECK(resolve("/a/b", "/x//y/.") == "/x/y");
  CHECK(resolve("/a/b", "/") == "/");
  CHECK(resolve("/a/b", "") == "/a/b");
  CHECK(resolve("a", "../../c") == "../c");
  CHECK(resolve("", "c/..") == ".");
  CHECK(resolve("", "c") == "c");
  CHECK(resolve("..", "c") == "../c");
  CHECK(resolve("/a", "...") == "/a/...");
}

TEST_CASE("the directory of a path") {
  CHECK(directory_of("a/b") == "a");
  CHECK(directory_of("/a") == "/");
  CHECK(directory_of("/a/b/") == "/a");
  CHECK(directory_of("a") == ".");
  CHECK(directory_of("/") == "/");
  CHECK(directory_of("") == ".");
}

TEST_CASE("directories are made with their parents, once or twice") {
  const TemporaryDirectory root;
  const auto path = root.path("a/b//c/");
  REQUIRE(make_directories(path));
  REQUIRE(make_directories(path));
  CHECK(is_directory(path));
  struct stat info {};
  REQUIRE(::stat(root.path("a/b").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777U) == 0700);
  root.write("file", "");
  const auto blocked = make_directories(root.path("file/x"));
  CHECK(blocked.error().message.find(root.path("file")) != std::string::npos);
  CHECK_FALSE(make_directories(root.path("file")));
}

TEST_CASE("a tree is removed without following its links") {
  const TemporaryDirectory root;
  root.write("outside/kept", "kept");
  root.write("tree/a/b/file", "x");
  root.write("tree/file", "x");
  REQUIRE(::symlink(root.path("outside").c_str(), root.path("tree/a/link").c_str()) == 0);
  REQUIRE(remove_tree(root.path("tree")));
  CHECK_FALSE(exists(root.path("tree")));
  CHECK(root.read("outside/kept") == "kept");
  CHECK(remove_tree(root.path("tree")));

  REQUIRE(::symlink(root.path("outside").c_str(), root.path("link").c_str()) == 0);
  REQUIRE(remove_tree(root.path("link")));
  CHECK(root.read("outside/kept") == "kept");
  REQUIRE(remove_tree(root.path("outside/kept")));
  CHECK_FALSE(exists(root.path("outside/kept")));
}

TEST_CASE("the current directory is absolute") {
  CHECK(current_directory().starts_with('/'));
  CHECK(is_directory(current_directory()));
}
