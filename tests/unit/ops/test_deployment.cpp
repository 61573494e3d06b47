#include <doctest/doctest.h>

#include "ops/deployment.h"
#include "ops/docker.h"

using namespace orch;
using namespace orch::ops;

TEST_CASE("variables of a compose file") {
  const EnvPairs pairs = {{"A", "1"}, {"EMPTY", ""}, {"A", "2"}};
  CHECK(with_variables("x${A}y", pairs) == "x2y");
  CHECK(with_variables("${NO:-d}${EMPTY:-e}${EMPTY}", pairs) == "de");
  CHECK(with_variables("$$A ${A:?why} $", pairs) == "$A 2 $");
  CHECK(with_variables("${open", pairs) == "${open");
}

TEST_CASE("what docker compose ps prints, new and old") {
  const auto lines = parse_services(
      "{\"Service\":\"a\",\"State\":\"running\",\"Health\":\"healthy\",\"ExitCode\":0}\n"
      "{\"Service\":\"b\",\"State\":\"exited\",\"Health\":\"\",\"ExitCode\":3}\n");
  REQUIRE(lines);
  REQUIRE(lines->size() == 2);
  CHECK((*lines)[1].name == "b");
  CHECK((*lines)[1].exit_code == 3);
  CHECK(parse_services("[]")->empty());
  CHECK(parse_services("")->empty());
  CHECK(parse_services("[{\"Service\":\"a\",\"State\":\"Running\"}]")->at(0).state == "running");
  CHECK_FALSE(parse_services("no json"));
}

TEST_CASE("releases") {
  CHECK(release_of("v2.24.5\n") == std::vector<int>{2, 24, 5});
  CHECK(release_of("2.29.1-desktop.1") == std::vector<int>{2, 29, 1});
  CHECK(release_of("20.10") == std::vector<int>{20, 10, 0});
  CHECK(release_of("dev") == std::nullopt);
  CHECK(*release_of("20.10.5+dfsg1") >= std::vector<int>{20, 10, 5});
}
