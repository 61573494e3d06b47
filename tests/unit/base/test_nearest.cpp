#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.h"

using namespace orch;

namespace {

const std::vector<std::string> kCommands = {"submit", "status", "results", "logs",
                                            "cancel", "list",   "delete",  "describe",
                                            "doctor", "config", "refresh", "register"};

}  // namespace

TEST_CASE("the word that was meant is found") {
  CHECK(nearest("sumbit", kCommands) == "submit");
  CHECK(nearest("submti", kCommands) == "submit");
  CHECK(nearest("SUBMIT", kCommands) == "submit");
  CHECK(nearest("lsit", kCommands) == "list");
  CHECK(nearest("lst", kCommands) == "list");
  CHECK(nearest("log", kCommands) == "logs");
  CHECK(nearest("desc", kCommands) == "describe");
  CHECK(nearest("conf", kCommands) == "config");
  CHECK(nearest("regsiter", kCommands) == "register");
  const std::vector<std::string> fields = {"split_size", "num_task_managers"};
  CHECK(nearest("split-size", fields) == "split_size");
  CHECK(nearest("splitsize", fields) == "split_size");
  CHECK(nearest("num_taskmanager", fields) == "num_task_managers");
}

TEST_CASE("another word is not a mistake in typing") {
  CHECK_FALSE(nearest("rm", kCommands));
  CHECK_FALSE(nearest("x", kCommands));
  CHECK_FALSE(nearest("", kCommands));
  CHECK_FALSE(nearest("frobnicate", kCommands));
  CHECK_FALSE(nearest("re", kCommands));  // refresh, register and results begin so
  CHECK_FALSE(nearest("list", std::vector<std::string>{}));
  CHECK_FALSE(nearest(std::string(1 << 20, 'a'), kCommands));
  CHECK_FALSE(nearest("ab", std::vector<std::string>{"x", "yz"}));
}

TEST_CASE("of equally near words the first is taken") {
  const std::vector<std::string> known = {"cart", "card", "care"};
  CHECK(nearest("carx", known) == "cart");
}
