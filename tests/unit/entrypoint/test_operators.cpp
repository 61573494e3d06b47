#include "entrypoint/operators.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::entrypoint;
using orch::test::TemporaryDirectory;

namespace {

struct Plugins {
  TemporaryDirectory directory;

  void put(const std::string& path, std::string_view text) const { directory.write(path, text); }
  PluginScan scan() const {
    auto found = scan_plugins(directory.path());
    REQUIRE(found);
    return *found;
  }
};

}  // namespace

TEST_CASE("operators are found below every folder and named by their plugin") {
  const Plugins plugins;
  plugins.put("b/fiftyone.yml",
              "name: \"@me/b\"\nversion: 1.0\noperators:\n  - run\n  - evaluate\n");
  plugins.put("deep/er/fiftyone.yaml", "fiftyone: {version: '*'}\nname: a\noperators: [x]\n");
  plugins.put("panel/fiftyone.yml", "name: panel\npanels: [p]\n");
  const PluginScan scan = plugins.scan();
  CHECK(scan.problems.empty());
  CHECK(scan.operator_uris() == std::vector<std::string>{"@me/b/evaluate", "@me/b/run", "a/x"});
  REQUIRE(scan.plugins.size() == 3);
  CHECK(scan.plugins[0].name == "@me/b");
  CHECK(scan.plugins[0].version == "1.0");
  CHECK(scan.plugins[0].directory == "b");
  CHECK(scan.plugins[1].directory == "deep/er");
}

TEST_CASE("hidden folders, folders below a plugin and other kinds of file are left out") {
  const Plugins plugins;
  plugins.put("p/fiftyone.yml", "name: p\noperators: [o]\n");
  plugins.put("p/inner/fiftyone.yml", "name: inner\noperators: [o]\n");
  plugins.put(".git/fiftyone.yml", "name: hidden\noperators: [o]\n");
  plugins.put("panel/fiftyone.yml", "name: other\ntype: something\noperators: [o]\n");
  plugins.put("kind/fiftyone.yml", "name: kind\ntype: plugin\noperators: [o]\n");
  CHECK(plugins.scan().operator_uris() == std::vector<std::string>{"kind/o", "p/o"});
}

TEST_CASE("the directory may itself be a plugin") {
  const Plugins plugins;
  plugins.put("fiftyone.yml", "name: top\noperators: [o]\n");
  plugins.put("x/fiftyone.yml", "name: x\n");
  const PluginScan scan = plugins.scan();
  REQUIRE(scan.plugins.size() == 1);
  CHECK(scan.plugins[0].directory == ".");
}

TEST_CASE("links are followed, loops end") {
  const Plugins plugins;
  const Plugins elsewhere;
  elsewhere.put("fiftyone.yml", "name: linked\noperators: [o]\n");
  plugins.put("a/readme", "");
  REQUIRE(::symlink(elsewhere.directory.path().c_str(), plugins.directory.path("l").c_str()) == 0);
  REQUIRE(::symlink("..", plugins.directory.path("a/loop").c_str()) == 0);
  REQUIRE(::symlink("nowhere", plugins.directory.path("dangling").c_str()) == 0);
  CHECK(plugins.scan().operator_uris() == std::vector<std::string>{"linked/o"});
  CHECK(plugins.scan().problems.empty());
}

TEST_CASE("a file that cannot be used is named and the others count") {
  const Plugins plugins;
  plugins.put("a/fiftyone.yml", "name: a\noperators: [o]\n");
  plugins.put("b/fiftyone.yml", "operators: [o]\n");
  plugins.put("c/fiftyone.yml", "name: c\noperators: run\n");
  plugins.put("d/fiftyone.yml", "name: d\noperators: [1]\n");
  plugins.put("e/fiftyone.yml", "name: [\n");
  plugins.put("f/fiftyone.yml", "name: a\noperators: [other]\n");
  const PluginScan scan = plugins.scan();
  CHECK(scan.operator_uris() == std::vector<std::string>{"a/o"});
  const auto all = [&] {
    std::string text;
    for (const std::string& problem : scan.problems) text += problem + "\n";
    return text;
  }();
  CAPTURE(all);
  for (const char* part :
       {"b/fiftyone.yml: name: is missing", "c/fiftyone.yml:2: operators: must be a list, not text",
        "d/fiftyone.yml:2: operators: must hold names, not an integer",
        "e/fiftyone.yml:", "f/fiftyone.yml: the name a is taken by a"}) {
    CHECK(all.find(part) != std::string::npos);
  }
}

TEST_CASE("a directory that is not there is an error") {
  const TemporaryDirectory directory;
  CHECK(scan_plugins(directory.path("none")).error().code == ErrorCode::file_not_found);
  CHECK_FALSE(has_plugin(directory.path("none")));
  CHECK_FALSE(has_plugin(directory.path()));
}
