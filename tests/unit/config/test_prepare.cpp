#include <doctest/doctest.h>

#include "config/prepare.h"
#include "config/view.h"

namespace orch::config {
namespace {

const Field& table() {
  static const Field fields = mapping(
      "T", "",
      {text("name", "").alias("job_name"), text("on", ""), integer("n", ""), boolean("b", ""),
       duration("d", ""), list("words", "", text("", "")), list("things", "", any("", "")),
       list("rows", "", mapping("", "", {integer("up_to", ""), integer("size", "")})),
       mapping("input", "", {list("list", "", any("", "")), text("file", "")})
           .exactly_one_of({"list", "file"}),
       mapping("stage", "", {mapping("download", "", {integer("threads", "")}).or_a(kBoolean)}),
       map_of("env", "", secret("", ""))});
  return fields;
}

struct Prepared {
  std::string json;
  std::vector<std::string> mistakes;
};

Prepared run(std::string_view yaml, std::vector<std::string> set, const EnvMap* env = nullptr) {
  auto document = doc::parse_yaml(yaml, "f.yaml");
  REQUIRE(document.has_value());
  Report report("f.yaml");
  const doc::Value value = prepare(*document, table(), {std::move(set), env}, report);
  return {doc::to_json(value), report.ok() ? std::vector<std::string>{} : report.error().details};
}

std::string set(std::string_view yaml, std::vector<std::string> assignments) {
  const auto done = run(yaml, std::move(assignments));
  return done.mistakes.empty() ? done.json : done.mistakes[0];
}

std::string expand(std::string_view yaml) {
  const EnvMap env = {{"NAME", "birds"}, {"N", "5"}, {"EMPTY", ""}, {"YES", "true"}, {"D", "90s"}};
  const auto done = run(yaml, {}, &env);
  return done.mistakes.empty() ? done.json : done.mistakes[0];
}

TEST_CASE("--set overrides, adds and reaches into mappings and lists") {
  CHECK(set("n: 1", {"n=2"}) == R"({"n":2})");
  CHECK(set("n: 1", {"b=true"}) == R"({"n":1,"b":true})");
  CHECK(set("n: 1", {"stage.download.threads=8"}) ==
        R"({"n":1,"stage":{"download":{"threads":8}}})");
  CHECK(set("stage: {download: false}", {"stage.download.threads=8"}) ==
        R"({"stage":{"download":{"threads":8}}})");
  CHECK(set("words: [a, b]", {"words.1=c", "words[2]=d"}) == R"({"words":["a","c","d"]})");
  CHECK(set("rows: [{up_to: 1}]", {"rows[0].size=7", "rows.1.up_to=9"}) ==
        R"({"rows":[{"up_to":1,"size":7},{"up_to":9}]})");
  CHECK(set("", {"words=[x, y]"}) == R"({"words":["x","y"]})");
  CHECK(set("", {"env.A={env: HOME}"}) == R"({"env":{"A":{"env":"HOME"}}})");
  CHECK(set("", {"env.A.env=HOME"}) == R"({"env":{"A":{"env":"HOME"}}})");
}

TEST_CASE("--set takes text as it is where text is meant") {
  CHECK(set("", {"name=123"}) == R"({"name":"123"})");
  CHECK(set("", {"name=a: b"}) == R"({"name":"a: b"})");
  CHECK(set("", {"name="}) == R"({"name":""})");
  CHECK(set("", {"name=@x=y"}) == R"({"name":"@x=y"})");
  CHECK(set("", {"name= a #b "}) == R"({"name":" a #b "})");
  CHECK(set("", {"name='a'"}) == R"({"name":"a"})");
  CHECK(set("", {"name=true"}) == R"({"name":"true"})");
  CHECK(set("", {"things.0=5", "things.1=x"}) == R"({"things":[5,"x"]})");
}

TEST_CASE("--set knows the flat names") {
  CHECK(set("name: x", {"job_name=y"}) == R"({"name":"y"})");
}

TEST_CASE("--set of one way of saying it takes the other's place") {
  CHECK(set("input: {list: [a]}", {"input.file=f"}) == R"({"input":{"file":"f"}})");
  CHECK(set("env: {A: {file: f}}", {"env.A.env=X"}) == R"({"env":{"A":{"env":"X"}}})");
}

TEST_CASE("mistakes in --set name the path") {
  CHECK(set("", {"nme=1"}) == "--set nme: unknown field; did you mean name?");
  CHECK(set("", {"stage.downlod.threads=1"}) ==
        "--set stage.downlod: unknown field; did you mean download?");
  CHECK(set("", {"threads=1"}) ==
        "--set threads: unknown field; did you mean stage.download.threads?");
  CHECK(set("", {"n=many"}) == "--set n: must be an integer, not text \"many\"");
  CHECK(set("", {"n=[1"}) == "--set n: must be an integer, not text \"[1\"");
  CHECK(set("", {"n="}) ==
        "--set n: must be an integer, not nothing; give it a value or remove it");
  CHECK(set("words: [a]", {"words.5=x"}) == "--set words[5]: the list has 1 items; 1 appends one");
  CHECK(set("", {"n"}) == "--set \"n\": write PATH=VALUE");
  CHECK(set("", {"=5"}) == "--set \"=5\": write PATH=VALUE");
  CHECK(set("", {"n.x=5"}) == "--set n.x: unknown field; n must be an integer");
  CHECK(set("", {"words.x=5"}) == "--set words.x: unknown field; words must be a list");
  CHECK(set("", {"words.-1=x"}) == "--set words[-1]: the list has 0 items; 0 appends one");
  CHECK(set("", {"rows.0.upto=1"}) == "--set rows[0].upto: unknown field; did you mean up_to?");
}

TEST_CASE("variables are replaced in text values") {
  CHECK(expand("name: ${NAME}-x") == R"({"name":"birds-x"})");
  CHECK(expand("name: ${NONE:-a}${EMPTY:-b}${EMPTY}") == R"({"name":"ab"})");
  CHECK(expand("words: ['${NAME}', $NAME, $$, '$${NAME}', a$]") ==
        R"({"words":["birds","$NAME","$","${NAME}","a$"]})");
  CHECK(expand("env: {A: '${NAME}'}") == R"({"env":{"A":"birds"}})");
}

TEST_CASE("where no text may stand, a variable gives the number or boolean it spells") {
  CHECK(expand("n: ${N}") == R"({"n":5})");
  CHECK(expand("n: ${NONE:-7}") == R"({"n":7})");
  CHECK(expand("b: ${YES}") == R"({"b":true})");
  CHECK(expand("d: ${D}") == R"({"d":"90s"})");
  CHECK(expand("name: ${N}") == R"({"name":"5"})");
  CHECK(expand("n: ${NAME}") == "f.yaml:1:4: n: must be an integer, not text \"birds\"");
}

TEST_CASE("mistakes in variables have a place and a cure") {
  CHECK(expand("n: 1\nname: ${NONE}") ==
        "f.yaml:2:7: name: the variable NONE is not set; set it, or write ${NONE:-default}");
  CHECK(expand("name: ${NAME") ==
        "f.yaml:1:7: name: cannot read ${NAME; write ${NAME} or ${NAME:-default}, and $$ for a "
        "dollar");
  CHECK(expand("words: ['${1}']").starts_with("f.yaml:1:9: words[0]: cannot read ${1;"));
  CHECK(expand("name: ${NAME:?x}").starts_with("f.yaml:1:7: name: cannot read ${NAME:?x;"));
}

TEST_CASE("keys, --set values and documents read without an environment keep their dollars") {
  CHECK(run("env: {'${A}': x}", {}, nullptr).json == R"({"env":{"${A}":"x"}})");
  const EnvMap env;
  CHECK(run("", {"name=${A}"}, &env).json == R"({"name":"${A}"})");
  CHECK(run("name: $${A}", {}, nullptr).json == R"({"name":"$${A}"})");
}

TEST_CASE("a value knows whether --set gave it") {
  auto document = doc::parse_yaml("name: x\n", "f.yaml");
  Report report("f.yaml");
  const doc::Value value = prepare(*document, table(), {{"on=y"}, nullptr}, report);
  CHECK_FALSE(is_from_set(*value.find("name")));
  CHECK(is_from_set(*value.find("on")));
}

}  // namespace
}  // namespace orch::config
