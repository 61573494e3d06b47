#include "secrets/source.h"

#include <doctest/doctest.h>

#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::secrets;
using orch::test::TemporaryDirectory;
using From = Source::From;

namespace {

Result<Source> parse(std::string_view yaml) {
  const auto value = doc::parse_yaml(yaml, "x");
  REQUIRE(value);
  return parse_source(*value, "/base");
}

Result<std::string> read(const Source& source, const EnvMap& environment = {}) {
  return read_value("clientSecret", source, {environment, {}});
}

std::string good(const Source& source, const EnvMap& environment = {}) {
  const auto value = read(source, environment);
  REQUIRE_MESSAGE(value, (value ? "" : value.error().message));
  return *value;
}

}  // namespace

TEST_CASE("every form of a field") {
  CHECK(parse("text")->from == From::text);
  CHECK(*parse("{ref: NAME}") == Source{From::ref, "NAME", {}, {}, {}});
  CHECK(*parse("{env: VAR}") == Source{From::env, "VAR", {}, {}, {}});
  CHECK(parse("{file: a/b}")->text == "/base/a/b");
  CHECK(parse("{file: /a}")->text == "/a");
  CHECK(parse("{stdin: true}")->from == From::standard_input);
  CHECK(parse("{prompt: true}")->from == From::prompt);
  CHECK(parse("{exec: [pass, show, x]}")->argv == std::vector<std::string>{"pass", "show", "x"});
  const auto aws = parse("{aws_secrets_manager: {id: i, region: r, key: k}}");
  CHECK((aws->from == From::aws_secrets_manager && aws->text == "i" && aws->region == "r" &&
         aws->key == "k"));
}

TEST_CASE("what is no form is refused") {
  for (const char* yaml : {"\"\"", "7", "[a]", "{}", "{env: A, file: b}", "{env: \"\"}",
                           "{stdin: false}", "{exec: []}", "{exec: text}", "{other: x}"}) {
    CAPTURE(yaml);
    CHECK_FALSE(parse(yaml));
  }
}

TEST_CASE("the command line says where, never what") {
  const auto one = parse_field_source("clientSecret=env:VAR", "/cwd");
  REQUIRE(one);
  CHECK(one->first == "clientSecret");
  CHECK(one->second == Source{From::env, "VAR", {}, {}, {}});
  CHECK(parse_field_source("a=ref:N", "/cwd")->second.from == From::ref);
  CHECK(parse_field_source("a=file:x=y", "/cwd")->second.text == "/cwd/x=y");
  CHECK(parse_field_source("a=stdin", "/cwd")->second.from == From::standard_input);
  CHECK(parse_field_source("a=prompt", "/cwd")->second.from == From::prompt);
  for (const char* bad : {"a=hunter2", "hunter2", "=env:A", "a=env:", "a=", "a=stdin:x",
                          "a=value:hunter2", "a b=env:A"}) {
    CAPTURE(bad);
    const auto parsed = parse_field_source(bad, "/cwd");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::usage);
    CHECK((parsed.error().message + parsed.error().hint).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("values are read from everywhere") {
  const TemporaryDirectory directory;
  CHECK(good({From::text, "v", {}, {}, {}}) == "v");
  CHECK(good({From::env, "VAR", {}, {}, {}}, {{"VAR", "v"}}) == "v");
  CHECK(good({From::file, directory.write("f", "v\r\n"), {}, {}, {}}) == "v");
  CHECK(good({From::file, directory.write("g", "v\n\n"), {}, {}, {}}) == "v\n");
  CHECK(good({From::exec, {}, {"/bin/echo", "v"}, {}, {}}) == "v");
  const Reader asks{{}, [](std::string_view question) -> Result<std::string> {
                      CHECK(question == "clientSecret");
                      return std::string("typed");
                    }};
  CHECK(*read_value("clientSecret", {From::prompt, {}, {}, {}, {}}, asks) == "typed");
}

TEST_CASE("what gives no value is named by its field") {
  const TemporaryDirectory directory;
  const auto code = [](const Result<std::string>& result) {
    REQUIRE_FALSE(result);
    CHECK_FALSE(result.error().next().empty());
    return result.error().code;
  };
  CHECK(code(read({From::env, "NONE", {}, {}, {}})) == ErrorCode::secret_unavailable);
  CHECK(code(read({From::env, "E", {}, {}, {}}, {{"E", ""}})) == ErrorCode::secret_unavailable);
  CHECK(code(read({From::file, directory.path("none"), {}, {}, {}})) == ErrorCode::file_not_found);
  CHECK(code(read({From::file, directory.write("e", "\n"), {}, {}, {}})) ==
        ErrorCode::secret_unavailable);
  CHECK(code(read({From::exec, {}, {"/bin/false"}, {}, {}})) == ErrorCode::secret_unavailable);
  CHECK(code(read({From::exec, {}, {"/no/such"}, {}, {}})) == ErrorCode::file_not_found);
  CHECK(code(read({From::prompt, {}, {}, {}, {}})) == ErrorCode::secret_unavailable);
  CHECK(code(read({From::ref, "N", {}, {}, {}})) == ErrorCode::unsupported);
  CHECK(read({From::env, "NONE", {}, {}, {}}).error().message ==
        "clientSecret: the variable NONE is not set");
  const EnvMap empty = {{"E", ""}};
  CHECK(read_any("env.E", {From::env, "E", {}, {}, {}}, {empty, {}})->empty());
}
