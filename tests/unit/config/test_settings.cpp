#include <doctest/doctest.h>

#include "base/file.h"
#include "config/json_schema.h"
#include "config/settings.h"
#include "support/temporary_directory.h"

namespace orch::config {
namespace {

struct Home {
  test::TemporaryDirectory directory;
  SettingSources sources{.flags = {}, .env = {{"HOME", directory.path()}}, .more = {}};

  std::string config() const { return directory.path() + "/.config/orch/config.yaml"; }
  void write(std::string_view yaml) { directory.write(".config/orch/config.yaml", yaml); }
  // "value (source)", or the error.
  std::string get(std::string_view key) const {
    const Settings settings(sources);
    const auto found = settings.get(key);
    if (!found) return found.error().message;
    const auto* text = found->value.string();
    return (text != nullptr ? *text : doc::to_json(found->value)) + " (" + found->source + ")";
  }
};

constexpr std::string_view kConfig = R"(context: prod
contexts:
  prod:
    output: json
    state_dir: state
    timeout: 90s
  dev: {output: yaml}
limits:
  max_task_managers: 8
policies:
  mine: {table: [{up_to: 10, split_size: 2, num_task_managers: 1}]}
)";

TEST_CASE("without files and variables everything is the default") {
  Home home;
  CHECK(home.get("output") == "table (default)");
  CHECK(home.get("color") == "auto (default)");
  CHECK(home.get("timeout") == "null (default)");
  CHECK(home.get("log_format") == "text (default)");
  CHECK(home.get("limits.max_job_managers") == "1 (default)");
  CHECK(home.get("limits.max_task_managers") == "100 (default)");
  CHECK(home.get("state_dir") == home.directory.path() + "/.local/state/orch (default)");
  CHECK(Settings(home.sources).context()->value.is_null());
  CHECK(Settings(home.sources).policies()->is_null());
  CHECK_FALSE(exists(home.directory.path() + "/.local"));
  CHECK_FALSE(exists(home.directory.path() + "/.config"));
}

TEST_CASE("flag, variable, context, default: the first one wins and is named") {
  Home home;
  home.write(kConfig);
  const std::string place = "context prod in " + home.config();
  CHECK(home.get("output") == "json (" + place + ":4)");
  CHECK(home.get("log_format") == "text (default)");
  home.sources.env["ORCH_OUTPUT"] = "ndjson";
  CHECK(home.get("output") == "ndjson (environment ORCH_OUTPUT)");
  home.sources.env["ORCH_OUTPUT"] = "";
  CHECK(home.get("output") == "json (" + place + ":4)");
  home.sources.flags["--output"] = "name";
  CHECK(home.get("output") == "name (flag --output)");
  CHECK(home.get("limits.max_task_managers") == "8 (" + home.config() + ":9)");
  home.sources.env["ORCH_MAX_TASK_MANAGERS"] = "9";
  CHECK(home.get("limits.max_task_managers") == "9 (environment ORCH_MAX_TASK_MANAGERS)");
}

TEST_CASE("the provider's own variables stand between ORCH_ and the context") {
  Home home;
  home.write("context: a\ncontexts: {a: {host: from-file}}\n");
  home.sources.more = {{.field = text("host", "A host."),
                        .variable = "ORCH_HOST",
                        .variables = {"VENDOR_HOST", "VENDOR_URL"}}};
  CHECK(home.get("host") == "from-file (context a in " + home.config() + ":2)");
  home.sources.env["VENDOR_URL"] = "url";
  CHECK(home.get("host") == "url (environment VENDOR_URL)");
  home.sources.env["VENDOR_HOST"] = "host";
  CHECK(home.get("host") == "host (environment VENDOR_HOST)");
  home.sources.env["ORCH_HOST"] = "own";
  CHECK(home.get("host") == "own (environment ORCH_HOST)");
}

TEST_CASE("the context: flag, ORCH_CONTEXT, the file's own") {
  Home home;
  home.write(kConfig);
  CHECK(Settings(home.sources).context()->source == home.config() + ":1");
  home.sources.env["ORCH_CONTEXT"] = "dev";
  CHECK(home.get("output") == "yaml (context dev in " + home.config() + ":7)");
  home.sources.flags["--context"] = "prod";
  CHECK(home.get("output").starts_with("json (context prod in "));
  home.sources.flags["--context"] = "pord";
  CHECK(home.get("output") ==
        "no context \"pord\" (flag --context) in " + home.config() + "; did you mean prod?");
  home.sources.flags["--context"] = "elsewhere";
  CHECK(home.get("output") ==
        "no context \"elsewhere\" (flag --context) in " + home.config() + "; it has prod, dev");
  CHECK(Settings(home.sources).get("output").error().code == ErrorCode::invalid_setting);
}

TEST_CASE("a relative directory is relative to where it is written") {
  Home home;
  home.write(kConfig);
  const Settings settings(home.sources);
  CHECK(settings.text("state_dir") == directory_of(home.config()) + "/state");
  home.sources.env["ORCH_STATE_DIR"] = "x";
  CHECK(Settings(home.sources).text("state_dir") == current_directory() + "/x");
}

TEST_CASE("typed values") {
  Home home;
  home.write(kConfig);
  const Settings settings(home.sources);
  CHECK(settings.duration("timeout").value() == std::chrono::seconds(90));
  CHECK(settings.integer("limits.max_task_managers") == 8);
  CHECK(settings.policies()->find("mine")->find("table")->array()->size() == 1);
  const Settings bare({.flags = {}, .env = {{"HOME", "/nonexistent"}}, .more = {}});
  CHECK_FALSE(bare.duration("timeout").value().has_value());
}

TEST_CASE("XDG directories are used when absolute, and only then") {
  Home home;
  home.sources.env["XDG_STATE_HOME"] = "/xdg/state";
  home.sources.env["XDG_CONFIG_HOME"] = home.directory.path() + "/xdg";
  CHECK(home.get("state_dir") == "/xdg/state/orch (default)");
  CHECK(Settings(home.sources).config_path().value ==
        doc::Value(home.directory.path() + "/xdg/orch/config.yaml"));
  home.sources.env["XDG_STATE_HOME"] = "relative";
  CHECK(home.get("state_dir") == home.directory.path() + "/.local/state/orch (default)");
  home.sources.env.clear();
  CHECK(home.get("state_dir") == "no directory to keep jobs in: HOME is not set");
  CHECK(home.get("output") == "table (default)");
}

TEST_CASE("a config file that was named must exist") {
  Home home;
  home.sources.env["ORCH_CONFIG"] = home.directory.path() + "/nope.yaml";
  const auto found = Settings(home.sources).get("output");
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == ErrorCode::file_not_found);
  CHECK(found.error().message.find("/nope.yaml") != std::string::npos);
}

TEST_CASE("the config file is not read before a setting needs it") {
  Home home;
  home.write("not: [closed");
  home.sources.flags["--output"] = "json";
  const Settings settings(home.sources);
  CHECK(settings.text("output") == "json");
  CHECK(settings.text("color").error().message ==
        home.config() + ":1:6: this bracket is never closed");
}

TEST_CASE("all mistakes of the config file come at once") {
  Home home;
  home.write(
      "state_dir: /x\ncontexts: {a: {outptu: json, color: red}}\nlimits: {max_job_managers: 0}\n"
      "policies: {mine: {}}\n");
  const auto found = Settings(home.sources).get("output");
  REQUIRE_FALSE(found.has_value());
  const Error& error = found.error();
  CHECK(error.code == ErrorCode::invalid_file);
  CHECK(error.message == home.config() + ": 5 mistakes");
  REQUIRE(error.details.size() == 5);
  CHECK(error.details[0] == home.config() +
                                ":1:1: state_dir: unknown field; did you mean "
                                "contexts.NAME.state_dir?");
  CHECK(error.details[1] ==
        home.config() + ":2:16: contexts.a.outptu: unknown field; did you mean output?");
  CHECK(error.details[2].starts_with(home.config() + ":2:37: contexts.a.color: must be auto"));
  CHECK(error.details[3] ==
        home.config() + ":3:28: limits.max_job_managers: must be from 1 to 1000, not 0");
  CHECK(error.details[4].starts_with(home.config() + ":4:12: policies.mine.table: missing;"));
}

TEST_CASE("wrong flags are usage, wrong variables are settings") {
  Home home;
  home.sources.env["ORCH_TIMEOUT"] = "5x";
  auto found = Settings(home.sources).get("timeout");
  CHECK(found.error().code == ErrorCode::invalid_setting);
  CHECK(found.error().message == "ORCH_TIMEOUT must be a duration such as 30s, not \"5x\"");
  home.sources.flags["--timeout"] = "";
  found = Settings(home.sources).get("timeout");
  CHECK(found.error().code == ErrorCode::usage);
  CHECK(found.error().message == "--timeout must be a duration such as 30s, not \"\"");
  home.sources.env["ORCH_MAX_JOB_MANAGERS"] = "many";
  CHECK(home.get("limits.max_job_managers") ==
        "ORCH_MAX_JOB_MANAGERS must be an integer, not text \"many\"");
}

TEST_CASE("every setting with its source, secrets only as set") {
  Home home;
  home.write(kConfig);
  home.sources.env["ORCH_TOKEN"] = "s3cr3t-value";
  home.sources.more = {
      {.field = secret("token", "A token."), .variable = "ORCH_TOKEN", .is_secret = true},
      {.field = secret("other", "Another."), .variable = "ORCH_OTHER", .is_secret = true}};
  const auto lines = Settings(home.sources).all();
  REQUIRE(lines.has_value());
  std::string text;
  for (const auto& line : *lines) text += line.key + "=" + line.value + " <" + line.source + ">\n";
  const std::string in_prod = "context prod in " + home.config();
  CHECK(text == "config=" + home.config() + " <default>\n" + "context=prod <" + home.config() +
                    ":1>\n" + "state_dir=" + directory_of(home.config()) + "/state <" + in_prod +
                    ":5>\n" + "output=json <" + in_prod + ":4>\n" + "color=auto <default>\n" +
                    "timeout=90s <" + in_prod + ":6>\n" + "log_format=text <default>\n" +
                    "limits.max_job_managers=1 <default>\n" + "limits.max_task_managers=8 <" +
                    home.config() + ":9>\n" + "token=set <environment ORCH_TOKEN>\n" +
                    "other= <default>\n" +
                    "policies.mine={\"table\":[{\"up_to\":10,\"split_size\":2,"
                    "\"num_task_managers\":1}]} <" +
                    home.config() + ":11>\n");
}

TEST_CASE("the tables are sound") {
  CHECK(flaws(config_file_fields(core_settings())) == std::vector<std::string>{});
  CHECK(json_schema(config_file_fields(core_settings())).find("title")->string() != nullptr);
  CHECK(flaws(secret_forms()) == std::vector<std::string>{});
}

}  // namespace
}  // namespace orch::config
