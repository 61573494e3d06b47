#include <doctest/doctest.h>

#include <string>

#include "config/fields.h"
#include "job/spec.h"
#include "unit/job/spec_support.h"

namespace orch::job {
namespace {

std::string mistakes(const std::string& yaml) { return JobFile().mistakes(yaml); }
// Of a file that is right but for these lines, which are its third and on.
std::string with(const std::string& lines) { return mistakes(kSmallest + lines); }
// Of one whose stage has these members, in line 2.
std::string stage(const std::string& members) {
  return mistakes("input: {list: [a]}\npipeline: {inference: {" + members + "}}\n");
}

TEST_CASE("the table of fields is sound") {
  for (const std::string& flaw : config::flaws(job_fields())) FAIL_CHECK(flaw);
}

TEST_CASE("all mistakes at once, in the order of the file, missing fields last") {
  CHECK(mistakes("nmae: x\n"
                 "split_size: many\n"
                 "pipeline:\n"
                 "  inference:\n"
                 "    run: [w]\n"
                 "    proceses: 2\n"
                 "retry: {item: -1}\n") ==
        "job.yaml:1:1: nmae: unknown field; did you mean name?\n"
        "job.yaml:2:13: split_size: must be an integer, not text \"many\"\n"
        "job.yaml:6:5: pipeline.inference.proceses: unknown field; did you mean processes?\n"
        "job.yaml:7:15: retry.item: must be from 0 to 100, not -1\n"
        "job.yaml:1:1: input: missing; add it: Where the inputs come from.\n");
}

TEST_CASE("numbers out of range") {
  CHECK(with("split_size: 0") == "job.yaml:3:13: split_size: must be from 1 to 100000, not 0\n");
  CHECK(with("split_size: -5") == "job.yaml:3:13: split_size: must be from 1 to 100000, not -5\n");
  CHECK(with("num_task_managers: 99999999999999999999") ==
        "job.yaml:3:20: num_task_managers: must be an integer, not the number "
        "99999999999999999999\n");
  CHECK(with("split_size: 1.5") ==
        "job.yaml:3:13: split_size: must be an integer, not the number 1.5\n");
  CHECK(with("deadline: 20000000h") ==
        "job.yaml:3:11: deadline: must be a duration such as 30s, not \"20000000h\"\n");
  CHECK(with("deadline: 5") ==
        "job.yaml:3:11: deadline: must be a duration such as 30s, not the number 5; write 5s for "
        "seconds\n");
  CHECK(with("speculation: {quartile: 1.5}") ==
        "job.yaml:3:25: speculation.quartile: must be from 0 to 1, not 1.5\n");
}

TEST_CASE("the input is one source") {
  CHECK(mistakes("input: {file: a, glob: b}\npipeline: {download: {}}\n") ==
        "job.yaml:1:18: input.glob: cannot stand beside file; remove one of the two\n");
  CHECK(mistakes("input: {}\npipeline: {download: {}}\n") ==
        "job.yaml:1:1: input: needs one of list, file, glob or csv\n");
  CHECK(mistakes("input: urls.txt\npipeline: {download: {}}\n") ==
        "job.yaml:1:8: input: must say what this is; write {file: \"urls.txt\"}\n");
  CHECK(mistakes("input: p/*.jpg\npipeline: {download: {}}\n") ==
        "job.yaml:1:8: input: must say what this is; write {glob: \"p/*.jpg\"}\n");
  CHECK(mistakes("input: http://a/b\npipeline: {download: {}}\n") ==
        "job.yaml:1:8: input: must say what this is; write [\"http://a/b\"]\n");
  CHECK(mistakes("input: {csv: {file: a.csv}}\npipeline: {download: {}}\n") ==
        "job.yaml:1:9: input.csv.column: missing; add it: The name of the column in its first "
        "row.\n");
}

TEST_CASE("items of a list in the file") {
  CHECK(mistakes("input:\n"
                 "  list:\n"
                 "    - 3\n"
                 "    - {url: a}\n"
                 "    - {input: a, id: 4}\n"
                 "    - ''\n"
                 "    - {input: [a]}\n"
                 "pipeline: {download: {}}\n") ==
        "job.yaml:3:7: input.list[0]: must be text or {input, meta}, not an integer\n"
        "job.yaml:5:18: input.list[2].id: unknown field; what a worker needs goes into meta\n"
        "job.yaml:6:7: input.list[3]: the input is empty\n"
        "job.yaml:7:15: input.list[4]: must be text, not a list\n"
        "job.yaml:4:7: input.list[1].input: missing; add the text of the input\n");
  CHECK(mistakes("input: {list: a}\npipeline: {download: {}}\n") ==
        "job.yaml:1:15: input.list: must be a list, not text\n");
}

TEST_CASE("a stage is run or exec, as a list") {
  CHECK(stage("run: [a], exec: [b]") ==
        "job.yaml:2:34: pipeline.inference.exec: cannot stand beside run; remove one of the two\n");
  CHECK(stage("processes: 2") ==
        "job.yaml:2:12: pipeline.inference: needs one of run, exec or http\n");
  CHECK(stage("run: python3 infer.py") ==
        "job.yaml:2:29: pipeline.inference.run: must be a list of arguments, not one text; write "
        "[python3, infer.py]\n");
  CHECK(stage("exec: 'convert {path} out.png'") ==
        "job.yaml:2:30: pipeline.inference.exec: must be a list of arguments, not one text; write "
        "[convert, \"{path}\", out.png]\n");
  CHECK(stage("run: cat | wc") ==
        "job.yaml:2:29: pipeline.inference.run: must be a list of arguments, not one text; write "
        "[sh, -c, \"cat | wc\"]\n");
  CHECK(stage("run: []") ==
        "job.yaml:2:29: pipeline.inference.run: is empty; write the command and its arguments\n");
  CHECK(stage("exec: ['', a]") ==
        "job.yaml:2:31: pipeline.inference.exec[0]: is empty; write the command\n");
  CHECK(stage("run: [a, true]") ==
        "job.yaml:2:33: pipeline.inference.run[1]: must be text or an integer, not true; write "
        "\"true\"\n");
  CHECK(stage("exec: [a], batch: {size: 4}") ==
        "job.yaml:2:35: pipeline.inference.batch: needs a worker that stays; use run in place of "
        "exec\n");
  CHECK(stage("run: [a], batch: {size: 0}") ==
        "job.yaml:2:48: pipeline.inference.batch.size: must be from 1 to 10000, not 0\n");
  CHECK(stage("run: [a], timeout: 0s") ==
        "job.yaml:2:43: pipeline.inference.timeout: must be from 1ms to 240h, not 0s\n");
}

TEST_CASE("a pipeline without a stage") {
  CHECK(mistakes("input: {list: [a]}\npipeline: {}\n") ==
        "job.yaml:2:1: pipeline: has no stage; add `inference: {run: [COMMAND, …]}`\n");
  CHECK(mistakes("input: {list: [a]}\npipeline: {predict: {run: [a]}}\n")
            .starts_with("job.yaml:2:12: pipeline.predict: unknown field"));
}

TEST_CASE("names") {
  const std::string rule =
      "a name has letters, digits, - _ and . only, and begins with a letter or digit\n";
  CHECK(with("name: a/b") == "job.yaml:3:7: name: " + rule);
  CHECK(with("name: ''") == "job.yaml:3:7: name: " + rule);
  CHECK(with("name: -x") == "job.yaml:3:7: name: " + rule);
  CHECK(with("name: größe") == "job.yaml:3:7: name: " + rule);
  CHECK(with("name: a.yaml") ==
        "job.yaml:3:7: name: a name that ends like this is taken for a file; shorten it\n");
  CHECK(with("name: " + std::string(101, 'x')) ==
        "job.yaml:3:7: name: longer than 100 characters\n");
  CHECK(with("name: " + std::string(100, 'x')) == "");
}

TEST_CASE("policies") {
  CHECK(with("job_policy: job_polisy_2") ==
        "job.yaml:3:13: job_policy: no policy `job_polisy_2`; did you mean `job_policy_2`?\n");
  CHECK(with("job_policy: fastest") ==
        "job.yaml:3:13: job_policy: no policy `fastest`; there are default, no_policy, "
        "job_policy_1, job_policy_2, job_policy_3\n");
  CHECK(with("job_policy: {table: []}") ==
        "job.yaml:3:21: job_policy.table: is empty; add a row\n");
  CHECK(with("job_policy: {name: default, table: [{split_size: 1, num_task_managers: 1}]}") ==
        "job.yaml:3:20: job_policy.name: `default` is a policy of orch; choose another name\n");
  CHECK(with("job_policy:\n"
             "  table:\n"
             "    - {up_to: 10, split_size: 1, num_task_managers: 1}\n"
             "    - {up_to: 10, split_size: 1, num_task_managers: 1}\n"
             "    - {split_size: 0, num_task_managers: 1}\n"
             "    - {split_size: 1, num_task_managers: 1}\n") ==
        "job.yaml:6:15: job_policy.table[1].up_to: must be more than the row before, which has "
        "10\n"
        "job.yaml:7:20: job_policy.table[2].split_size: must be from 1 to 100000, not 0\n"
        "job.yaml:7:7: job_policy.table[2].up_to: missing; only the last row needs none\n");

  const auto config = doc::parse_yaml("default: {table: []}\nmine: {tabel: []}\n", "config.yaml");
  const auto policies = parse_policies(*config, "config.yaml");
  REQUIRE_FALSE(policies.has_value());
  REQUIRE(policies.error().details.size() == 4);
  CHECK(policies.error().details[0] ==
        "config.yaml:1:1: policies.default: is a policy of orch; choose another name");
}

TEST_CASE("what later versions bring is named as such") {
  const JobFile file;
  const auto spec = file.parse(
      "input: {s3: {bucket: b, prefix: p}}\n"
      "bucket: photos\n"
      "env: {A: {ref: hub}, B: {stdin: true}}\n"
      "pipeline: {download: {}}\n"
      "output: {storage: s3, bucket: b}\n");
  REQUIRE_FALSE(spec.has_value());
  CHECK(spec.error().code == ErrorCode::unsupported);
  const std::string until = " comes with the AWS provider; ";
  const std::string not_for_jobs =
      ": not for jobs; use {env: NAME}, {file: PATH} or {exec: [COMMAND, …]}";
  CHECK(spec.error().details ==
        std::vector<std::string>{
            "job.yaml:1:9: input.s3:" + until + "until then list the objects' URLs in a file",
            "job.yaml:2:1: bucket:" + until + "until then write whole URLs",
            "job.yaml:3:11: env.A.ref" + not_for_jobs, "job.yaml:3:26: env.B.stdin" + not_for_jobs,
            "job.yaml:5:19: output.storage: s3" + until + "until then use local or stdout",
            "job.yaml:5:23: output.bucket:" + until + "use location"});

  const auto mixed = file.parse(
      "input: {list: [a]}\nbucket: b\nsplit_size: 0\n"
      "pipeline: {download: {}}\n");
  CHECK(mixed.error().code == ErrorCode::invalid_file);
}

TEST_CASE("env values") {
  CHECK(with("env: {DEBUG: true}") ==
        "job.yaml:3:14: env.DEBUG: must be text or an integer or a mapping, not true; write "
        "\"true\"\n");
  CHECK(with("env: {'A=B': x}") ==
        "job.yaml:3:7: env.A=B: is no name of a variable; remove the =\n");
  CHECK(with("env: {A: {env: X, file: y}}") ==
        "job.yaml:3:19: env.A.file: cannot stand beside env; remove one of the two\n");
  CHECK(with("env: {A: {exec: []}}") ==
        "job.yaml:3:17: env.A.exec: is empty; write the command and its arguments\n");
  CHECK(with("env: {A: '${NOT_THERE}'}") ==
        "job.yaml:3:10: env.A: the variable NOT_THERE is not set; set it, or write "
        "${NOT_THERE:-default}\n");
}

TEST_CASE("places and kinds") {
  CHECK(with("working_dir: /not/there") ==
        "job.yaml:3:14: working_dir: /not/there is not a directory; create it or correct the "
        "path\n");
  CHECK(with("kind: Bundle") == "job.yaml:3:7: kind: must be Job, not \"Bundle\"\n");
  CHECK(with("output: {storage: disk}") ==
        "job.yaml:3:19: output.storage: must be local or stdout, not \"disk\"\n");
  JobFile file;
  file.options.name = "-";
  CHECK(file.mistakes("input: {file: '-'}\npipeline: {download: {}}\n") ==
        "-:1:15: input.file: standard input is the job file itself; put one of them into a "
        "file\n");
}

TEST_CASE("files that are no job at all") {
  CHECK(mistakes("just text\n").starts_with("job.yaml:1:1: must be a mapping"));
  CHECK(mistakes("[1, 2]\n").starts_with("job.yaml:1:1: must be a mapping"));
  CHECK(mistakes("").find("says nothing") != std::string::npos);
  const std::string tab = mistakes("input:\n\tfile: a\n");
  CHECK(tab.starts_with("job.yaml:2:"));
  CHECK(tab.find("a tab in the indentation") != std::string::npos);
  CHECK(mistakes("input: {list: [a]}\npipeline: {download: {}}\nname: a\nname: b\n")
            .starts_with("job.yaml:4:1: "));
}

}  // namespace
}  // namespace orch::job
