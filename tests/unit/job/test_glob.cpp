#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "job/glob.h"
#include "support/temporary_directory.h"

namespace orch::job {
namespace {

using Paths = std::vector<std::string>;

TEST_CASE("a name against a pattern") {
  CHECK(matches_name("*.jpg", "a.jpg"));
  CHECK_FALSE(matches_name("*.jpg", "a.jpeg"));
  CHECK_FALSE(matches_name("*.jpg", "a.JPG"));
  CHECK(matches_name("a*b*c", "axxbxxbxxc"));
  CHECK_FALSE(matches_name("a*b*c", "axxbxxbxx"));
  CHECK(matches_name("*", "a"));
  CHECK(matches_name("**a**", "cat"));
  CHECK(matches_name("?.txt", "é.txt"));
  CHECK_FALSE(matches_name("?.txt", "ab.txt"));
  CHECK_FALSE(matches_name("a?", "a"));
  CHECK_FALSE(matches_name("", "a"));
  CHECK(matches_name("", ""));
}

TEST_CASE("brackets") {
  CHECK(matches_name("img[0-9].png", "img7.png"));
  CHECK_FALSE(matches_name("img[0-9].png", "imgx.png"));
  CHECK(matches_name("[!0-9]x", "ax"));
  CHECK_FALSE(matches_name("[^0-9]x", "3x"));
  CHECK(matches_name("[]]", "]"));
  CHECK(matches_name("[a-]", "-"));
  CHECK(matches_name("[ä-ü]", "ö"));
  CHECK(matches_name("[\\]a]", "]"));
  CHECK(matches_name("a[b", "a[b"));
  CHECK(matches_name("*[b", "x[b"));
}

TEST_CASE("escapes and hidden names") {
  CHECK(matches_name("\\*", "*"));
  CHECK_FALSE(matches_name("\\*", "a"));
  CHECK(matches_name("a\\", "a\\"));
  CHECK_FALSE(matches_name("*", ".hidden"));
  CHECK_FALSE(matches_name("?hidden", ".hidden"));
  CHECK_FALSE(matches_name("[.]hidden", ".hidden"));
  CHECK(matches_name(".*", ".hidden"));
}

TEST_CASE("a hopeless pattern ends soon") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  CHECK_FALSE(matches_name(pattern + "b", std::string(4000, 'a')));
}

struct Tree {
  test::TemporaryDirectory directory;

  Tree() {
    for (const char* name : {"a.txt", "b.txt", "c.md", ".hidden.txt", "d/a.txt", "d/e/a.txt",
                             "d/e/f/z.txt", "d-x/a.txt", ".git/a.txt", "empty/.keep"}) {
      directory.write(name, "");
    }
  }
  Paths expand(const std::string& pattern) const {
    Paths paths;
    const Status done = expand_glob(directory.path(), pattern, [&](std::string_view path) {
      paths.emplace_back(path);
      return Status();
    });
    if (!done) paths.emplace_back("ERROR " + done.error().message);
    return paths;
  }
};

TEST_CASE("patterns in a tree, in byte order, files only") {
  const Tree tree;
  CHECK(tree.expand("*.txt") == Paths{"a.txt", "b.txt"});
  CHECK(tree.expand("*") == Paths{"a.txt", "b.txt", "c.md"});
  CHECK(tree.expand("*/a.txt") == Paths{"d-x/a.txt", "d/a.txt"});
  CHECK(tree.expand("d/e/a.txt") == Paths{"d/e/a.txt"});
  CHECK(tree.expand("d") == Paths{});
  CHECK(tree.expand("d/") == Paths{});
  CHECK(tree.expand("none/*") == Paths{});
  CHECK(tree.expand("a.txt/*") == Paths{});
  CHECK(tree.expand(".*") == Paths{".hidden.txt"});
  CHECK(tree.expand(".git/*") == Paths{".git/a.txt"});
  CHECK(tree.expand("./*.md") == Paths{"./c.md"});
  CHECK(tree.expand("d/../*.md") == Paths{"d/../c.md"});
  CHECK(tree.expand("") == Paths{});
  const std::string absolute = tree.directory.path("c.*");
  CHECK(tree.expand(absolute) == Paths{tree.directory.path("c.md")});
}

TEST_CASE("any depth") {
  const Tree tree;
  CHECK(tree.expand("**/a.txt") == Paths{"a.txt", "d-x/a.txt", "d/a.txt", "d/e/a.txt"});
  CHECK(tree.expand("d/**") == Paths{"d/a.txt", "d/e/a.txt", "d/e/f/z.txt"});
  CHECK(tree.expand("d/**/z.txt") == Paths{"d/e/f/z.txt"});
  CHECK(tree.expand("**/e/**/*.txt") == Paths{"d/e/a.txt", "d/e/f/z.txt"});
  CHECK(tree.expand("**/**/a.txt") == Paths{"a.txt", "d-x/a.txt", "d/a.txt", "d/e/a.txt"});
}

TEST_CASE("links: to files yes, dangling no, ** never through one to a directory") {
  const Tree tree;
  namespace fs = std::filesystem;
  fs::create_symlink("a.txt", tree.directory.path("l.txt"));
  fs::create_symlink("absent", tree.directory.path("dangling.txt"));
  fs::create_directory_symlink("..", tree.directory.path("d/loop"));
  CHECK(tree.expand("*.txt") == Paths{"a.txt", "b.txt", "l.txt"});
  CHECK(tree.expand("d/**") == Paths{"d/a.txt", "d/e/a.txt", "d/e/f/z.txt"});
  CHECK(tree.expand("d/*/c.md") == Paths{"d/loop/c.md"});
}

TEST_CASE("a directory that cannot be listed is an error") {
  if (::geteuid() == 0) return;  // root may read everything
  const Tree tree;
  const std::string locked = tree.directory.path("d/e");
  std::filesystem::permissions(locked, std::filesystem::perms::none);
  CHECK(tree.expand("d/**").back() == "ERROR cannot list " + locked + ": Permission denied");
  std::filesystem::permissions(locked, std::filesystem::perms::owner_all);
}

TEST_CASE("the caller's error ends the walk") {
  const Tree tree;
  int calls = 0;
  const Status done = expand_glob(tree.directory.path(), "*", [&](std::string_view) -> Status {
    ++calls;
    return fail(ErrorCode::output_failed, "disk full");
  });
  CHECK_FALSE(done.has_value());
  CHECK(calls == 1);
}

}  // namespace
}  // namespace orch::job
