#include <doctest/doctest.h>

#include <fstream>

#include "ops/logs.h"
#include "support/temporary_directory.h"

using orch::ops::LogReader;

namespace {

std::string read_all(LogReader& reader) {
  std::string out;
  REQUIRE(reader.read([&](std::string_view line) -> orch::Status {
    out += line;
    return {};
  }));
  return out;
}

std::string line(int second, int split) {
  return R"({"time":"2026-01-01T00:00:0)" + std::to_string(second) + R"(.000Z","split":)" +
         std::to_string(split) + "}\n";
}

}  // namespace

TEST_CASE("lines of all task managers come in the order of their time") {
  const orch::test::TemporaryDirectory directory;
  directory.write("logs/task-manager-1.ndjson", line(1, 0) + line(4, 1));
  directory.write("logs/task-manager-2.ndjson", line(2, 2) + line(3, 3));
  LogReader reader({.job_directory = directory.path(), .split = {}});
  CHECK(read_all(reader) == line(1, 0) + line(2, 2) + line(3, 3) + line(4, 1));
}

TEST_CASE("a second read gives only what is new, and no half line") {
  const orch::test::TemporaryDirectory directory;
  const std::string path = directory.write("logs/task-manager-1.ndjson", line(1, 0) + "{\"time");
  LogReader reader({.job_directory = directory.path(), .split = {}});
  CHECK(read_all(reader) == line(1, 0));
  CHECK(read_all(reader).empty());
  std::ofstream(path, std::ios::app) << "\":\"2\"}\n";
  directory.write("logs/task-manager-2.ndjson", line(9, 9));
  CHECK(read_all(reader) == "{\"time\":\"2\"}\n" + line(9, 9));
}

TEST_CASE("one split's lines, lines that are no JSON, lines longer than a read") {
  const orch::test::TemporaryDirectory directory;
  const std::string path = directory.write("logs/task-manager-1.ndjson", line(1, 0) + line(2, 7));
  LogReader one({.job_directory = directory.path(), .split = 7});
  CHECK(read_all(one) == line(2, 7));
  const std::string text(300'000, 'x');
  directory.write("logs/command.log", text + "\nplain\n");
  LogReader all({.job_directory = directory.path(), .split = {}});
  CHECK(read_all(all) == text + "\nplain\n" + line(1, 0) + line(2, 7));
}

TEST_CASE("no logs yet is nothing, not an error") {
  const orch::test::TemporaryDirectory directory;
  LogReader reader({.job_directory = directory.path(), .split = {}});
  CHECK(read_all(reader).empty());
}
