#include "entrypoint/checks.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::entrypoint;
using orch::test::TemporaryDirectory;

namespace {

const std::vector<std::string> kFiftyone = {"fiftyone", "delegated", "list"};

// An environment that nothing is wrong with.
EnvMap sound() {
  return {{"FIFTYONE_DATABASE_URI", "mongodb://db.example:27017"},
          {"API_URL", "http://api.example:8000"},
          {"HOME", "/nonexistent"}};
}

EnvMap with(std::string name, std::string value) {
  EnvMap env = sound();
  env[std::move(name)] = std::move(value);
  return env;
}

EnvMap without(std::string_view name) {
  EnvMap env = sound();
  env.erase(env.find(name));
  return env;
}

std::vector<Finding> findings(const EnvMap& env) {
  return check_environment(kFiftyone, env).findings;
}

// The only finding, as text with "!" in front when it is fatal.
std::string only(const EnvMap& env) {
  const auto found = findings(env);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].cure.empty());
  return (found[0].fatal ? "!" : "") + found[0].message;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("which commands the checks concern") {
  using Words = std::vector<std::string>;
  CHECK(is_fiftyone(Words{"fiftyone"}));
  CHECK(is_fiftyone(Words{"/opt/venv/bin/fiftyone", "--version"}));
  CHECK(is_fiftyone(Words{"python", "-m", "fiftyone"}));
  CHECK(is_fiftyone(Words{"/usr/bin/python3.11", "-u", "-X", "dev", "-m", "fiftyone.core.cli"}));
  CHECK_FALSE(is_fiftyone(Words{"python3", "-c", "import fiftyone"}));
  CHECK_FALSE(is_fiftyone(Words{"python3", "-m", "fiftyone_brain"}));
  CHECK_FALSE(is_fiftyone(Words{"python3", "fiftyone"}));
  CHECK_FALSE(is_fiftyone(Words{"pythonic", "-m", "fiftyone"}));
  CHECK_FALSE(is_fiftyone(Words{"echo", "fiftyone"}));
  CHECK_FALSE(is_fiftyone(Words{"python3", "-m"}));
  CHECK_FALSE(is_fiftyone(Words{}));
  CHECK(concerns_fiftyone(Words{"echo"}, {{"FIFTYONE_INTERNAL_SERVICE", "true"}}));
  CHECK_FALSE(concerns_fiftyone(Words{"echo"}, {{"FIFTYONE_INTERNAL_SERVICE", "0"}}));
  CHECK_FALSE(concerns_fiftyone(Words{"echo"}, {}));
}

TEST_CASE("a sound environment has no finding and stays as it is") {
  const Checked checked = check_environment(kFiftyone, sound());
  CHECK(checked.findings.empty());
  CHECK(checked.env == sound());
}

TEST_CASE("without its database a fiftyone command is refused, anything else is warned") {
  CHECK(holds(only(without("FIFTYONE_DATABASE_URI")), "!FIFTYONE_DATABASE_URI is missing"));
  CHECK(holds(only(with("FIFTYONE_DATABASE_URI", " ")), "!FIFTYONE_DATABASE_URI is empty"));
  const auto other =
      check_environment(std::vector<std::string>{"sh"}, without("FIFTYONE_DATABASE_URI"));
  REQUIRE(other.findings.size() == 1);
  CHECK_FALSE(other.findings[0].fatal);
}

TEST_CASE("the database may stand in FiftyOne's config file") {
  const TemporaryDirectory directory;
  EnvMap env = without("FIFTYONE_DATABASE_URI");
  env["FIFTYONE_CONFIG_PATH"] = directory.path("config.json");
  directory.write("config.json", R"({"database_uri":"mongodb://db"})");
  CHECK(findings(env).empty());
  directory.write("config.json", R"({"database_uri":null})");
  CHECK(findings(env).size() == 1);
  env.erase("FIFTYONE_CONFIG_PATH");
  env["HOME"] = directory.path("home");
  directory.write("home/.fiftyone/config.json", R"({"database_uri":"mongodb://db"})");
  CHECK(findings(env).empty());
}

TEST_CASE("a worker count that Python cannot read is refused") {
  const auto count = [](const char* value) {
    return with("FIFTYONE_MAX_PROCESS_POOL_WORKERS", value);
  };
  for (const char* good : {"0", "4", "-1", "+2", " 3 ", "1_0", ""}) {
    CAPTURE(good);
    CHECK(findings(count(good)).empty());
  }
  for (const char* bad : {"abc", "4.0", "1__0", "_1", "1_", "-", "0x4", "4 workers"}) {
    CAPTURE(bad);
    CHECK(only(count(bad)).starts_with("!FIFTYONE_MAX_PROCESS_POOL_WORKERS="));
  }
}

TEST_CASE("more than four workers are too many for Atlas only") {
  EnvMap env = with("FIFTYONE_MAX_PROCESS_POOL_WORKERS", "5");
  CHECK(findings(env).empty());
  for (const char* uri : {"mongodb+srv://x.example/", "mongodb://a.b.mongodb.net:27017/"}) {
    env["FIFTYONE_DATABASE_URI"] = uri;
    CHECK(holds(only(env), "Atlas"));
    env["FIFTYONE_MAX_PROCESS_POOL_WORKERS"] = "99999999999999999999";
    CHECK(holds(only(env), "Atlas"));
    env["FIFTYONE_MAX_PROCESS_POOL_WORKERS"] = "4";
    CHECK(findings(env).empty());
    env["FIFTYONE_MAX_PROCESS_POOL_WORKERS"] = "5";
  }
}

TEST_CASE("literal quotes are taken off once and said, without the value") {
  for (const std::string quoted : {"\"mongodb://hunter2\"", "'mongodb://hunter2'"}) {
    const Checked checked = check_environment(kFiftyone, with("FIFTYONE_DATABASE_URI", quoted));
    REQUIRE(checked.findings.size() == 1);
    CHECK_FALSE(checked.findings[0].fatal);
    CHECK_FALSE(holds(checked.findings[0].message, "hunter2"));
    CHECK(*get(checked.env, "FIFTYONE_DATABASE_URI") == "mongodb://hunter2");
  }
  CHECK(*get(check_environment(kFiftyone, with("API_URL", "\"\"x\"\"")).env, "API_URL") == "\"x\"");
  CHECK(findings(with("FIFTYONE_DATABASE_NAME", "\"half")).empty());
  CHECK(findings(with("FIFTYONE_DATABASE_NAME", "\"")).empty());
  CHECK(findings(with("OTHER", "\"x\"")).empty());
  // The empty string in quotes is an empty value.
  CHECK(findings(with("FIFTYONE_DATABASE_URI", "\"\"")).size() == 2);
}

TEST_CASE("the address, the key and the service") {
  CHECK(holds(only(without("API_URL")), "API_URL is missing"));
  CHECK(
      holds(only(with("FIFTYONE_ENCRYPTION_KEY", "k")), "is set while FIFTYONE_INTERNAL_SERVICE"));
  CHECK(holds(only(with("FIFTYONE_INTERNAL_SERVICE", "1")), "FIFTYONE_ENCRYPTION_KEY is missing"));
  EnvMap both = with("FIFTYONE_INTERNAL_SERVICE", "True");
  both["FIFTYONE_ENCRYPTION_KEY"] = "k";
  CHECK(findings(both).empty());
}

TEST_CASE("the plugin directory must be there and hold a plugin") {
  const TemporaryDirectory directory;
  CHECK(holds(only(with("FIFTYONE_PLUGINS_DIR", "plugins")), "not an absolute path"));
  CHECK(holds(only(with("FIFTYONE_PLUGINS_DIR", directory.path("none"))), "not a directory"));
  CHECK(holds(only(with("FIFTYONE_PLUGINS_DIR", directory.path())), "holds no fiftyone.yml"));
  directory.write("a/b/fiftyone.yaml", "name: x\n");
  CHECK(findings(with("FIFTYONE_PLUGINS_DIR", directory.path())).empty());
}

TEST_CASE("the FIPS variable is left out unless it says 1") {
  const Checked off = check_environment(kFiftyone, with("OPENSSL_FORCE_FIPS_MODE", "0"));
  CHECK(off.findings.size() == 1);
  CHECK_FALSE(get(off.env, "OPENSSL_FORCE_FIPS_MODE").has_value());
  const Checked on = check_environment(kFiftyone, with("OPENSSL_FORCE_FIPS_MODE", "1"));
  CHECK(on.findings.size() == 1);
  CHECK(*get(on.env, "OPENSSL_FORCE_FIPS_MODE") == "1");
}
