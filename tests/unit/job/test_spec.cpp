#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "job/spec.h"
#include "support/temporary_directory.h"
#include "unit/job/spec_support.h"

namespace orch::job {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Texts = std::vector<std::string>;

const char* const kFull = R"(
kind: Job
name: birds-nightly
input: {csv: {file: data/urls.csv, column: url}}
on: my-lambda
split_size: 16
num_task_managers: 4
job_policy: job_policy_2
speculation: {enabled: true, multiplier: 3, quartile: 0.5, interval: 250ms}
keep_alive: {enabled: true, interval: 1500ms}
working_dir: .
excludes: ["*.tmp", .git]
env:
  MODEL: m.onnx
  PORT: 8080
  TOKEN: {env: HUB_TOKEN}
  KEY: {file: key.txt}
  PASS: {exec: [pass, show, hub]}
pipeline:
  download:   {threads: 8, timeout: 5s, retries: 1, max_bytes: 1MiB}
  preprocess: {exec: [convert, "{path}", -resize, 320], processes: 2, timeout: 1m}
  inference:
    run: [python3, infer.py]
    processes: 3
    threads: 4
    timeout: 20s
    start_timeout: 2m
    batch: {size: 8, max_delay: 10ms}
    max_result: 64KiB
output: {storage: local, location: results}
retry: {item: 0, split: 5}
deadline: 2h
)";

TEST_CASE("every field is read") {
  const test::TemporaryDirectory directory;
  JobFile file;
  file.options.base_directory = directory.path();
  const auto parsed = file.parse(kFull);
  REQUIRE_MESSAGE(parsed.has_value(), file.mistakes(kFull));
  const JobSpec& spec = *parsed;

  CHECK(spec.name == "birds-nightly");
  CHECK(spec.input.kind == InputSource::Kind::csv);
  CHECK(spec.input.path == directory.path("data/urls.csv"));
  CHECK(spec.input.column == "url");
  CHECK(spec.input.base_directory == directory.path("data"));
  CHECK(spec.on == "my-lambda");
  CHECK(spec.split_size == 16);
  CHECK(spec.num_task_managers == 4);
  CHECK(spec.policy == JobPolicy{"job_policy_2", {}});
  CHECK(spec.speculation == Speculation{true, true, 3, 0.5, milliseconds(250)});
  CHECK(spec.keep_alive == KeepAlive{true, true, milliseconds(1500)});
  CHECK(spec.working_dir == directory.path());
  CHECK(spec.excludes == Texts{"*.tmp", ".git"});
  CHECK(spec.output == OutputSpec{OutputSpec::Storage::local, directory.path("results")});
  CHECK(spec.retry_item == 0);
  CHECK(spec.retry_split == 5);
  CHECK(spec.deadline == hours(2));

  using From = EnvValue::From;
  const std::vector<std::pair<std::string, EnvValue>> env = {
      {"MODEL", {From::text, "m.onnx", {}}},
      {"PORT", {From::text, "8080", {}}},
      {"TOKEN", {From::env, "HUB_TOKEN", {}}},
      {"KEY", {From::file, directory.path("key.txt"), {}}},
      {"PASS", {From::exec, "", {"pass", "show", "hub"}}}};
  CHECK(spec.env == env);

  CHECK(spec.download ==
        DownloadSpec{DownloadSpec::Wanted::yes, 8, seconds(5), 1, std::uint64_t{1} << 20});
  REQUIRE(spec.stages.size() == 2);
  CHECK(spec.stages[0].name == "preprocess");
  CHECK(spec.stages[0].kind == StageSpec::Kind::exec);
  CHECK(spec.stages[0].argv == Texts{"convert", "{path}", "-resize", "320"});
  CHECK(spec.stages[0].processes == 2);
  CHECK(spec.stages[0].timeout == minutes(1));
  CHECK(spec.stages[1].kind == StageSpec::Kind::run);
  CHECK(spec.stages[1].threads == 4);
  CHECK(spec.stages[1].start_timeout == minutes(2));
  CHECK(spec.stages[1].batch == BatchSpec{8, milliseconds(10)});
  CHECK(spec.stages[1].max_result == 64u << 10);
}

TEST_CASE("the smallest file has the defaults of the contract") {
  const auto spec = JobFile().parse(kSmallest);
  REQUIRE_MESSAGE(spec.has_value(), JobFile().mistakes(kSmallest));
  JobSpec expected;
  expected.name = "job";
  expected.input.kind = InputSource::Kind::file;
  expected.input.path = "/urls.txt";
  expected.input.base_directory = "/";
  expected.working_dir = "/";
  StageSpec inference;
  inference.name = "inference";
  inference.argv = {"python3", "infer.py"};
  expected.stages = {inference};
  CHECK(*spec == expected);
}

TEST_CASE("what a job is called when the file does not say") {
  const auto name = [](const std::string& file_name) {
    JobFile file;
    file.options.name = file_name;
    const auto spec = file.parse(kSmallest);
    return spec ? spec->name : file.mistakes(kSmallest);
  };
  CHECK(name("photos/birds.yaml") == "birds");
  CHECK(name("birds nightly (2).yml") == "birds-nightly--2-");
  CHECK(name("v1.2.json") == "v1.2");
  CHECK(name(".hidden.yaml") == "hidden");
  CHECK(name("x.yaml.yaml") == "job");
  CHECK(name("größe.yaml") == "gr----e");
  CHECK(name("-") == "job");
  CHECK(name(std::string(300, 'a') + ".yaml") == std::string(100, 'a'));
}

TEST_CASE("the original's flat names are other names of the same fields") {
  JobFile file;
  const auto spec = file.parse(R"(
job_name: old
orchestrator_backend: local
input: [a, b]
speculation_enabled: true
speculation_multiplier: 4
speculation_quartile: 0.9
speculation_interval: 1s
keep_alive: false
max_split_retries: 1
output_storage: local
output_location: here
pipeline: {inference: {run: [w]}}
)");
  REQUIRE(spec.has_value());
  CHECK(spec->name == "old");
  CHECK(spec->input.list == std::vector<doc::Value>{"a", "b"});
  CHECK(spec->speculation == Speculation{true, true, 4, 0.9, seconds(1)});
  CHECK(spec->keep_alive.enabled == false);
  CHECK(spec->retry_split == 1);
  CHECK(spec->output == OutputSpec{OutputSpec::Storage::local, "/here"});
}

TEST_CASE("only a written `enabled: true` is a demand") {
  const JobFile file;
  const auto demands = [&](const std::string& line) {
    const auto spec = file.parse(kSmallest + line);
    REQUIRE(spec.has_value());
    return std::pair(spec->speculation.enabled, spec->speculation.demanded);
  };
  CHECK(demands("") == std::pair(true, false));
  CHECK(demands("speculation: {multiplier: 3}") == std::pair(true, false));
  CHECK(demands("speculation: {enabled: true}") == std::pair(true, true));
  CHECK(demands("speculation: true") == std::pair(true, true));
  CHECK(demands("speculation: {enabled: false}") == std::pair(false, false));
  CHECK(demands("speculation: false") == std::pair(false, false));
}

TEST_CASE("a fraction too small for plain digits") {
  const auto spec = JobFile().parse(kSmallest + "speculation: {quartile: 0.00000001}");
  REQUIRE(spec.has_value());
  CHECK(spec->speculation.quartile == 1e-8);
}

TEST_CASE("whether a download stage was asked for") {
  const JobFile file;
  using Wanted = DownloadSpec::Wanted;
  const auto wanted = [&](const std::string& download) {
    const auto spec =
        file.parse("input: {list: [a]}\npipeline:\n  inference: {run: [w]}\n" + download);
    REQUIRE(spec.has_value());
    return spec->download;
  };
  CHECK(wanted("") == DownloadSpec());
  CHECK(wanted("  download: false").wanted == Wanted::no);
  CHECK(wanted("  download: {}").wanted == Wanted::yes);
  CHECK(wanted("  download: {}").threads == 64);
  CHECK(wanted("  download: true").wanted == Wanted::yes);
  CHECK(file.parse("input: {list: [a]}\npipeline: {download: {}}").has_value());
}

TEST_CASE("relative paths: to the file, inputs to their list, --set to the current directory") {
  JobFile file;
  file.options.base_directory = "/usr";
  const auto input = [&](const std::string& line) {
    const auto spec = file.parse("pipeline: {inference: {run: [w]}}\n" + line);
    REQUIRE(spec.has_value());
    return std::pair(spec->input.path, spec->input.base_directory);
  };
  using Paths = std::pair<std::string, std::string>;
  CHECK(input("input: {file: a/urls.txt}") == Paths("/usr/a/urls.txt", "/usr/a"));
  CHECK(input("input: {file: ../urls.txt}") == Paths("/urls.txt", "/"));
  CHECK(input("input: {file: /x/urls.txt}") == Paths("/x/urls.txt", "/x"));
  CHECK(input("input: {file: '-'}") == Paths("-", "/current"));
  CHECK(input("input: {glob: 'p/*.jpg'}") == Paths("p/*.jpg", "/usr"));
  CHECK(input("input: {list: [a]}") == Paths("", "/usr"));
  CHECK(input("input: {list: [a], base_directory: b}") == Paths("", "/usr/b"));

  file.options.set = {"input.glob=*.png"};
  CHECK(input("input: {glob: 'p/*.jpg'}") == Paths("*.png", "/current"));
  file.options.set = {"input.file=u.txt", "output.location=out", "output.storage=local"};
  CHECK(input("input: {list: [a]}") == Paths("/current/u.txt", "/current"));
  CHECK(file.parse(kSmallest)->output.location == "/current/out");
  file.options.set = {"output.storage=local"};
  CHECK(file.parse(kSmallest)->output.location == "/usr/out");
}

TEST_CASE("--set overrides, and brings its own mistakes") {
  JobFile file;
  file.options.set = {"split_size=8", "pipeline.inference.processes=2", "name=other", "env.MODEL=x",
                      "job_policy=no_policy"};
  const auto spec = file.parse(kSmallest);
  REQUIRE_MESSAGE(spec.has_value(), file.mistakes(kSmallest));
  CHECK(spec->split_size == 8);
  CHECK(spec->stages[0].processes == 2);
  CHECK(spec->name == "other");
  CHECK(spec->env[0].second.text == "x");
  CHECK(spec->policy.name == "no_policy");

  file.options.set = {"split_size=0"};
  CHECK(file.mistakes(kSmallest) == "--set split_size: must be from 1 to 100000, not 0\n");
}

TEST_CASE("variables are put in, once") {
  JobFile file;
  file.environment = {{"LIST", "urls.txt"}, {"N", "7"}, {"SNEAKY", "${LIST}"}};
  const std::string yaml =
      "input: {file: 'data/${LIST}'}\n"
      "split_size: ${N}\n"
      "env: {A: '${SNEAKY}', B: '$$5', C: '${NONE:-fallback}', D: $HOME}\n"
      "pipeline: {inference: {exec: [sh, -c, 'echo $1', x, '{path}']}}\n";
  const auto spec = file.parse(yaml);
  REQUIRE_MESSAGE(spec.has_value(), file.mistakes(yaml));
  CHECK(spec->input.path == "/data/urls.txt");
  CHECK(spec->split_size == 7);
  CHECK(spec->env[0].second.text == "${LIST}");
  CHECK(spec->env[1].second.text == "$5");
  CHECK(spec->env[2].second.text == "fallback");
  CHECK(spec->env[3].second.text == "$HOME");
  CHECK(spec->stages[0].argv[2] == "echo $1");
}

TEST_CASE("policies: built in, own by name, own in place") {
  JobFile file;
  const std::string inline_table =
      "job_policy: {table: [{up_to: 512, split_size: 4, num_task_managers: 2}, "
      "{split_size: 16, num_task_managers: 8}]}";
  const auto own = file.parse(kSmallest + inline_table);
  REQUIRE(own.has_value());
  CHECK(own->policy.name == "table");
  REQUIRE(own->policy.table.size() == 2);
  CHECK(own->policy.table[0] == PolicyRow{512, 4, 2});
  CHECK(own->policy.table[1].split_size == 16);
  CHECK(own->policy.table[1].up_to > 1'000'000'000'000);

  const auto config = doc::parse_yaml(
      "mine: {table: [{up_to: 10, split_size: 1, num_task_managers: 1}]}\n", "config.yaml");
  const auto policies = parse_policies(*config, "config.yaml");
  REQUIRE(policies.has_value());
  file.options.policies = *policies;
  const auto named = file.parse(kSmallest + "job_policy: mine");
  REQUIRE(named.has_value());
  CHECK(named->policy == JobPolicy{"mine", {{10, 1, 1}}});
}

TEST_CASE("what is stored reads back as it was") {
  const test::TemporaryDirectory directory;
  JobFile file;
  file.options.base_directory = directory.path();
  file.environment["V"] = "${NOT_AGAIN}";
  const std::vector<std::string> files = {
      kFull,
      kSmallest,
      "input: {list: [a, {input: b, meta: {w: 1.5}}]}\nspeculation: false\nkeep_alive: true\n"
      "env: {A: '$$x ${V}'}\npipeline: {download: false, inference: {exec: [w, '$$1']}}\n"
      "output: {storage: stdout}\ndeadline: 1.5ms\n",
      "input: {glob: '**/*.jpg'}\npipeline: {download: {}}\n"
      "job_policy: {name: own, table: [{split_size: 1, num_task_managers: 2}]}\n",
  };
  for (const std::string& yaml : files) {
    const auto spec = file.parse(yaml);
    REQUIRE_MESSAGE(spec.has_value(), file.mistakes(yaml));
    const auto stored = doc::parse_json(doc::to_json(to_value(*spec)), "stored");
    REQUIRE(stored.has_value());
    const auto again = parse_job(*stored, {.name = "id", .base_directory = "/nowhere"});
    REQUIRE(again.has_value());
    CHECK(*again == *spec);
    CHECK(to_value(*again) == to_value(*spec));
  }
}

TEST_CASE("a stored job is read even when its directory has gone") {
  JobSpec spec = *JobFile().parse(kSmallest);
  spec.working_dir = "/gone/for/good";
  const auto again = parse_job(to_value(spec), {.name = "id", .base_directory = "/"});
  REQUIRE(again.has_value());
  CHECK(again->working_dir == "/gone/for/good");
}

}  // namespace
}  // namespace orch::job
