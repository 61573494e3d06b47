#include "databricks/identity.h"

#include <doctest/doctest.h>

#include "databricks/config_file.h"
#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::databricks;
using orch::test::TemporaryDirectory;

namespace {

constexpr const char* kFile =
    "; people's own words\n"
    "[DEFAULT]\nhost = https://default.test/\ntoken = fake-default-token\n"
    "[reader]\nhost=reader.test\ntoken = fake-reader-token\n"
    "[robot]\nHOST = https://robot.test:443\nclient_id = robot\nclient_secret = "
    "fake-robot-secret\n";

struct Home {
  TemporaryDirectory directory;
  EnvMap environment{{"HOME", directory.path()}};

  explicit Home(const char* file = kFile) {
    if (file != nullptr) directory.write(".databrickscfg", file);
  }
  Identity find(const std::string& profile = {}) {
    auto identity = find_identity(profile, environment);
    if (!identity) FAIL(identity.error().message);
    return *identity;
  }
  Error refused(const std::string& profile = {}) {
    const auto identity = find_identity(profile, environment);
    REQUIRE_FALSE(identity);
    CHECK_FALSE(identity.error().next().empty());
    return identity.error();
  }
};

}  // namespace

TEST_CASE("the environment is enough, and then the file is not read") {
  Home home("[broken");
  home.environment["DATABRICKS_HOST"] = " https://here.test/ ";
  home.environment["DATABRICKS_TOKEN"] = "fake-token";
  const Identity identity = home.find();
  CHECK(identity.kind == Identity::Kind::token);
  CHECK(identity.host == "https://here.test");
  CHECK(identity.token == "fake-token");
}

TEST_CASE("without variables the default profile speaks, others do not inherit from it") {
  Home home;
  CHECK(home.find().host == "https://default.test");
  CHECK(home.find("robot").kind == Identity::Kind::oauth);
  CHECK(home.find("robot").host == "https://robot.test");
  CHECK(home.find("robot").token.empty());
  home.directory.write(".databrickscfg", "[a]\nhost = x.test\n" + std::string(kFile) +
                                             "[__settings__]\ndefault_profile = reader\n");
  CHECK(home.find().host == "https://reader.test");
  CHECK(home.refused("a").code == ErrorCode::not_authenticated);
  home.environment["DATABRICKS_CONFIG_PROFILE"] = "robot";
  CHECK(home.find().client_id == "robot");
}

TEST_CASE("a named profile beats the environment as a whole, and says so") {
  Home home;
  home.environment["DATABRICKS_HOST"] = "https://here.test";
  home.environment["DATABRICKS_CLIENT_SECRET"] = "fake-other-secret";
  const Identity identity = home.find("reader");
  CHECK(identity.host == "https://reader.test");
  CHECK(identity.client_secret.empty());
  REQUIRE(identity.notes.size() == 1);
  CHECK(identity.notes[0] ==
        "the profile reader counts, not DATABRICKS_HOST, DATABRICKS_CLIENT_SECRET");
}

TEST_CASE("what is missing is filled up from the file; two kinds at once are refused") {
  Home home;
  home.environment["DATABRICKS_HOST"] = "https://here.test";
  CHECK(home.find().token == "fake-default-token");
  home.environment["DATABRICKS_CONFIG_PROFILE"] = "robot";
  home.environment["DATABRICKS_TOKEN"] = "fake-token";
  CHECK(home.refused().code == ErrorCode::invalid_setting);
  home.environment["DATABRICKS_AUTH_TYPE"] = "oauth-m2m";
  CHECK(home.find().kind == Identity::Kind::oauth);
  home.environment["DATABRICKS_AUTH_TYPE"] = "azure-cli";
  CHECK(home.refused().code == ErrorCode::unsupported);
}

TEST_CASE("what is wrong is named with its place") {
  Home none(nullptr);
  CHECK(none.refused().code == ErrorCode::not_authenticated);
  CHECK(none.refused("x").message.find("has no profile x") != std::string::npos);
  Home home;
  CHECK(home.refused("raeder").message.find("did you mean reader?") != std::string::npos);
  home.directory.write(".databrickscfg", "[a]\nhost\n");
  CHECK(home.refused("a").message.find(".databrickscfg:2: no = in the line") != std::string::npos);
  home.directory.write(".databrickscfg", "[a]\ntoken = fake-token\n");
  CHECK(home.refused("a").message.find("no Databricks host") != std::string::npos);
  home.directory.write(".databrickscfg", "[a]\nhost = x.test\nclient_secret = fake-secret\n");
  CHECK(home.refused("a").message.find("no client id") != std::string::npos);
}

TEST_CASE("a host in every spelling that people paste") {
  const auto host = [](std::string_view text) {
    Identity identity;
    REQUIRE(set_host(identity, text));
    return identity;
  };
  CHECK(host("dbc-1.cloud.databricks.com/").host == "https://dbc-1.cloud.databricks.com");
  CHECK(host("https://x.test:443").host == "https://x.test");
  CHECK(host("https://x.test/?o=1290481").workspace_id == "1290481");
  CHECK(host("https://x.test/?o=1290481#job/7").workspace_id == "1290481");
  CHECK(host("http://127.0.0.1:8080").host == "http://127.0.0.1:8080");
  Identity identity;
  CHECK_FALSE(set_host(identity, "http://x.test"));
  CHECK_FALSE(set_host(identity, "ftp://x.test"));
}
