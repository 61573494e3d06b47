#include <doctest/doctest.h>

#include "config/fields.h"
#include "config/prepare.h"
#include "config/view.h"

namespace orch::config {
namespace {

const Field& job() {
  static const Field table = mapping(
      "Job", "A job.",
      {text("name", "What the job is called.").alias("job_name").required(),
       mapping("input", "Where the inputs come from.",
               {list("list", "The inputs.", any("", "")), text("file", "A file."),
                mapping("csv", "A column.", {text("file", "Which."), text("column", "Which.")})})
           .exactly_one_of({"list", "file", "csv"})
           .required(),
       text("on", "Where it runs.").by_default("local").alias("orchestrator_backend"),
       integer("split_size", "Inputs in a split.").between("1", "1000000"),
       mapping("speculation", "A second run.",
               {boolean("enabled", "Whether.").by_default("true").alias("speculation_enabled"),
                number("multiplier", "How slow.").at_least("1").by_default("2"),
                duration("interval", "How often.").by_default("500ms").between("10ms", "1h")}),
       mapping("pipeline", "The stages.",
               {mapping("download", "Fetch.",
                        {integer("threads", "At once.").between("1", "256").by_default("64"),
                         size("max_bytes", "Largest.").by_default("64MiB")})
                    .or_a(kBoolean),
                mapping("inference", "Infer.",
                        {list("run", "The worker.", text("", "")),
                         integer("processes", "How many.").by_default("1")})}),
       mapping(
           "output", "Where results go.",
           {text("storage", "Which.").one_of({"local", "s3", "stdout"}).alias("output_storage")}),
       map_of("env", "Variables.", secret("", "A value."))});
  return table;
}

struct Prepared {
  doc::Value value;
  bool ok = false;
  std::vector<std::string> mistakes;
  std::string message;
};

Prepared run(std::string_view yaml, std::vector<std::string> set = {}, const EnvMap& env = {}) {
  auto document = doc::parse_yaml(yaml, "job.yaml");
  REQUIRE_MESSAGE(document.has_value(), (document ? "" : document.error().message));
  Report report("job.yaml");
  Prepared done;
  done.value = prepare(*document, job(), {std::move(set), &env}, report);
  done.ok = report.ok();
  if (!done.ok) {
    done.mistakes = report.error().details;
    done.message = report.error().message;
  }
  return done;
}

// The one mistake of a document that is right but for `line`, which is its third line.
std::string mistake(std::string_view line) {
  const auto done = run("name: x\ninput: {file: f}\n" + std::string(line) + "\n");
  REQUIRE(done.mistakes.size() == 1);
  return done.mistakes[0];
}

TEST_CASE("the table of this test has no flaws") {
  CHECK(flaws(job()) == std::vector<std::string>{});
}

TEST_CASE("flaws of a table are found") {
  const Field table =
      mapping("T", "",
              {integer("a", "x").by_default("0").at_least("1"),
               text("b", "x").one_of({"c"}).by_default("d"), text("b", "x").alias("q"),
               text("e", "x").alias("q"), list("l", "x", Field{})})
          .exactly_one_of({"nope"});
  CHECK(flaws(table).size() == 6);
}

TEST_CASE("a right file has no mistakes, and defaults fill what it leaves out") {
  const auto done = run(R"(
name: birds
input: {list: [a, {input: b}]}
pipeline:
  download: false
  inference: {run: [python3, infer.py]}
speculation: {interval: 2s}
env: {A: text, B: {env: HOME}}
)");
  CHECK(done.mistakes == std::vector<std::string>{});
  const View view(done.value, job());
  CHECK(view.text("name") == "birds");
  CHECK(view.text("on") == "local");
  CHECK_FALSE(view.has("on"));
  CHECK(view.boolean("speculation.enabled"));
  CHECK(view.number("speculation.multiplier") == 2.0);
  CHECK(view.duration("speculation.interval") == std::chrono::seconds(2));
  CHECK(view.size("pipeline.download.max_bytes") == 64u << 20);
  CHECK(view.count("pipeline.download.threads") == 64);
  CHECK(view.texts("pipeline.inference.run") == std::vector<std::string>{"python3", "infer.py"});
  CHECK(view.find("input.list")->array()->size() == 2);
  CHECK_FALSE(view.has("split_size"));
}

TEST_CASE("wrong kinds and values say what is right, and how to write it") {
  CHECK(mistake("split_size: many") ==
        "job.yaml:3:13: split_size: must be an integer, not text \"many\"");
  CHECK(mistake("split_size: 0") == "job.yaml:3:13: split_size: must be from 1 to 1000000, not 0");
  CHECK(mistake("split_size: 1.5") ==
        "job.yaml:3:13: split_size: must be an integer, not the number 1.5");
  CHECK(mistake("on: 5") == "job.yaml:3:5: on: must be text, not the number 5; write \"5\"");
  CHECK(mistake("on:") ==
        "job.yaml:3:1: on: must be text, not nothing; give it a value or remove it");
  CHECK(mistake("speculation: {interval: 5}") ==
        "job.yaml:3:25: speculation.interval: must be a duration such as 30s, not the number 5; "
        "write 5s for seconds");
  CHECK(mistake("speculation: {interval: 5d}") ==
        "job.yaml:3:25: speculation.interval: must be a duration such as 30s, not \"5d\"");
  CHECK(mistake("speculation: {interval: 1ms}") ==
        "job.yaml:3:25: speculation.interval: must be from 10ms to 1h, not 1ms");
  CHECK(mistake("speculation: {multiplier: 0.5}") ==
        "job.yaml:3:27: speculation.multiplier: must be at least 1, not 0.5");
  CHECK(mistake("speculation: {enabled: yes}") ==
        "job.yaml:3:24: speculation.enabled: must be true or false, not text \"yes\"");
  CHECK(mistake("pipeline: {inference: {run: a b}}") ==
        "job.yaml:3:29: pipeline.inference.run: must be a list, not text \"a b\"; write [\"a b\"]");
  CHECK(mistake("pipeline: {inference: {run: [a, 5]}}") ==
        "job.yaml:3:33: pipeline.inference.run[1]: must be text, not the number 5; write \"5\"");
  CHECK(mistake("pipeline: {download: 5}") ==
        "job.yaml:3:22: pipeline.download: must be true or false or a mapping, not the number 5");
  CHECK(mistake("pipeline: {download: {max_bytes: -1}}") ==
        "job.yaml:3:34: pipeline.download.max_bytes: must be a size such as 64MiB, not -1");
  CHECK(mistake("output: {storage: stdot}") ==
        "job.yaml:3:19: output.storage: must be local, s3 or stdout, not \"stdot\"; did you mean "
        "stdout?");
  CHECK(mistake("speculation: []") == "job.yaml:3:14: speculation: must be a mapping, not a list");
}

TEST_CASE("a secret's value is never shown") {
  CHECK(mistake("env: {TOKEN: 123456}") ==
        "job.yaml:3:14: env.TOKEN: must be a secret, not an integer");
  CHECK(mistake("env: {TOKEN: {environment: X, env: Y}}") ==
        "job.yaml:3:15: env.TOKEN.environment: unknown field; known here: ref, env, file, stdin, "
        "prompt, aws_secrets_manager, exec");
}

TEST_CASE("unknown fields name the nearest known one, at whatever level") {
  CHECK(mistake("splitsize: 5") ==
        "job.yaml:3:1: splitsize: unknown field; did you mean split_size?");
  CHECK(mistake("threads: 5") ==
        "job.yaml:3:1: threads: unknown field; did you mean pipeline.download.threads?");
  CHECK(mistake("output: {interval: 5s}") ==
        "job.yaml:3:10: output.interval: unknown field; did you mean speculation.interval?");
  CHECK(mistake("file: x") ==
        "job.yaml:3:1: file: unknown field; did you mean input.file or input.csv.file?");
  CHECK(mistake("orchestrator_backnd: x") ==
        "job.yaml:3:1: orchestrator_backnd: unknown field; did you mean orchestrator_backend?");
  CHECK(mistake("zzzzzzzz: x") ==
        "job.yaml:3:1: zzzzzzzz: unknown field; known here: name, input, on, split_size, "
        "speculation, pipeline, output, env");
}

TEST_CASE("missing fields and groups come after all other mistakes") {
  const auto done = run("split_size: x\noutput: {storage: s3, more: 1}\ninput: {}\n");
  REQUIRE(done.mistakes.size() == 4);
  CHECK(done.message == "job.yaml: 4 mistakes");
  CHECK(done.mistakes[0].starts_with("job.yaml:1:13: split_size: "));
  CHECK(done.mistakes[1].starts_with("job.yaml:2:23: output.more: unknown field"));
  CHECK(done.mistakes[2] == "job.yaml:1:1: name: missing; add it: What the job is called.");
  CHECK(done.mistakes[3] == "job.yaml:3:1: input: needs one of list, file or csv");
}

TEST_CASE("two of a group are one too many") {
  const auto done = run("name: x\ninput:\n  file: f\n  list: [a]\n");
  REQUIRE(done.mistakes.size() == 1);
  CHECK(done.mistakes[0] ==
        "job.yaml:4:3: input.list: cannot stand beside file; remove one of the two");
}

TEST_CASE("at most twenty mistakes are shown") {
  std::string yaml = "name: x\ninput: {file: f}\n";
  for (int i = 0; i < 30; ++i) yaml += "zz" + std::to_string(i) + ": 1\n";
  const auto done = run(yaml);
  CHECK(done.message == "job.yaml: 30 mistakes");
  REQUIRE(done.mistakes.size() == 21);
  CHECK(done.mistakes.back() == "… and 10 more");
}

TEST_CASE("an empty file and a list are no mapping of fields") {
  CHECK(run("").mistakes == std::vector<std::string>{"job.yaml: the file says nothing"});
  CHECK(run("[1]").mistakes ==
        std::vector<std::string>{"job.yaml:1:1: must be a mapping, not a list"});
}

TEST_CASE("control bytes of a key reach no terminal") {
  CHECK(mistake("\"a\\x1b[2J\": 5").find('\x1b') == std::string::npos);
}

TEST_CASE("flat names of the original go to their fields") {
  const auto done =
      run("job_name: x\ninput: {file: f}\nspeculation_enabled: false\norchestrator_backend: l\n"
          "output_storage: s3\n");
  CHECK(done.mistakes == std::vector<std::string>{});
  const View view(done.value, job());
  CHECK(view.text("name") == "x");
  CHECK(view.text("on") == "l");
  CHECK_FALSE(view.boolean("speculation.enabled"));
  CHECK(view.text("output.storage") == "s3");
}

TEST_CASE("a flat name beside its field is a mistake, and so is one of the wrong kind") {
  CHECK(mistake("job_name: y") ==
        "job.yaml:3:1: job_name: is another name of name, which the file gives too; remove one");
  CHECK(mistake("speculation_enabled: 5") ==
        "job.yaml:3:22: speculation.enabled: must be true or false, not the number 5");
}

}  // namespace
}  // namespace orch::config
