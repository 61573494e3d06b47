#include "secrets/naming.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "doc/value.h"

using namespace orch;
using namespace orch::secrets;

namespace {

doc::Value recorded() {
  const std::string path = std::string(ORCH_TESTS) + "/unit/secrets/secret_names.json";
  const auto text = read_file(path);
  REQUIRE(text);
  auto value = doc::parse_json(*text, path);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("names are those of the recorded table") {
  const doc::Value table = recorded();
  int rows = 0;
  for (const doc::Value& row : *table.find("rows")->array()) {
    const std::string& id = *row.find("instance_id")->string();
    const std::string& normalized = *row.find("normalized")->string();
    CAPTURE(id);
    // Beyond ASCII the rule needs Unicode's capitals; such ids are refused anyhow.
    if (id.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./ ") !=
        std::string::npos) {
      CHECK_FALSE(is_secret_name(secret_name("authToken", id)));
      continue;
    }
    CHECK(secret_name("authToken", id) ==
          (normalized.empty() ? "" : *row.find("authToken")->string()));
    ++rows;
  }
  CHECK(rows > 8);
  for (const doc::Value::Member& names : *table.find("field_names")->object()) {
    const std::string& camel = names.first;
    CAPTURE(camel);
    std::string capitals = *names.second.string();
    for (char& c : capitals) c = static_cast<char>(std::toupper(c));
    CHECK(field_part(camel) == capitals);
  }
}

TEST_CASE("the guide's five names") {
  const std::string id = "your-orchestrator-name";
  CHECK(secret_name("authToken", id) == "AUTH_TOKEN_YOUR_ORCHESTRATOR_NAME");
  CHECK(secret_name("host", id) == "HOST_YOUR_ORCHESTRATOR_NAME");
  CHECK(secret_name("accountId", id) == "ACCOUNT_ID_YOUR_ORCHESTRATOR_NAME");
  CHECK(secret_name("clientId", id) == "CLIENT_ID_YOUR_ORCHESTRATOR_NAME");
  CHECK(secret_name("client_secret", id) == "CLIENT_SECRET_YOUR_ORCHESTRATOR_NAME");
}

TEST_CASE("which ids the rule settles") {
  for (const char* id : {"gpu", "gpu-a", "GPU_a-1", "a1", "x-1-2"}) {
    CAPTURE(id);
    CHECK(is_certain(id));
  }
  for (const char* id :
       {"", "1gpu", "-gpu", "gpu-", "a--b", "a-_b", "gpu.v2", "a b", "\xc3\xbc", "_a"}) {
    CAPTURE(id);
    CHECK_FALSE(is_certain(id));
  }
}

TEST_CASE("fields and names") {
  CHECK(camel_case("client_secret") == "clientSecret");
  CHECK(camel_case("clientSecret") == "clientSecret");
  CHECK(camel_case("host") == "host");
  CHECK(is_secret_name("MY_SECRET_KEY"));
  CHECK(is_secret_name("A1"));
  for (const char* bad : {"", "my_key", "MY-KEY", "1A", "_A", "A B", "A\n"})
    CHECK_FALSE(is_secret_name(bad));
}
