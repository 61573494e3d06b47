// One suite for every provider that offers splits: what a job may rely on, whoever runs it.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/file.h"
#include "base/text.h"
#include "doc/value.h"
#include "ops/job_view.h"
#include "ops/run_job.h"
#include "ops/submit.h"
#include "pipeline/task_manager.h"
#include "provider/provider.h"
#include "support/temporary_directory.h"

using namespace orch;

namespace {

// Echoes each input; "fail" fails; "die" kills the worker (the toy: its task manager) once.
constexpr std::string_view kWorker = R"(import json, os, sys
print('{"ready":true}', flush=True)
for line in sys.stdin:
    item = json.loads(line)
    if item["input"] == "fail":
        answer = {"id": item["id"], "error": {"message": "told to fail"}}
    elif item["input"] == "die" and not os.path.exists("died"):
        open("died", "w").close()
        os._exit(1)
    else:
        answer = {"id": item["id"], "result": {"echo": item["input"]}}
    print(json.dumps(answer), flush=True)
)";

struct Bench {
  test::TemporaryDirectory directory;
  store::Store store = store::Store::open(directory.path() + "/state").value();

  Bench() { REQUIRE(write_file_atomically(directory.path() + "/worker.py", kWorker)); }

  ops::SubmitRequest request(std::string_view provider, const std::vector<std::string>& inputs) {
    doc::Value::Array list;
    for (const std::string& input : inputs) list.emplace_back(input);
    doc::Value file;
    file.set("name", "conformance");
    file.set("on", provider);
    file.set("split_size", 7);
    file.set("working_dir", directory.path());
    doc::Value source;
    source.set("list", std::move(list));
    file.set("input", std::move(source));
    doc::Value stage;
    stage.set("run", doc::Value::Array{"python3", "-S", "worker.py"});
    doc::Value stages;
    stages.set("inference", std::move(stage));
    file.set("pipeline", std::move(stages));
    const EnvMap environment = process_environment();
    auto spec = job::parse_job(
        file, {.name = "test", .base_directory = directory.path(), .environment = &environment});
    REQUIRE_MESSAGE(spec, (spec ? "" : spec.error().message));
    return {.spec = std::move(*spec), .limits = {}};
  }

  store::JobRow create(const ops::SubmitRequest& request) {
    auto job = ops::create_job(store, request, process_environment(), system_random(),
                               system_clock().wall());
    REQUIRE_MESSAGE(job, (job ? "" : job.error().message));
    return job->row;
  }

  ops::JobReport run(const std::string& id, ops::RunJobOptions options = {},
                     Clock& clock = system_clock()) {
    Loop loop(clock);
    auto report = ops::run_job(loop, store, id, process_environment(), std::move(options));
    REQUIRE_MESSAGE(report, (report ? "" : report.error().message));
    return *report;
  }

  std::vector<doc::Value> lines(const store::JobRow& row) {
    std::vector<doc::Value> out;
    const std::string text = read_file(row.results_path).value();
    for (const std::string_view line : split(text, '\n')) {
      if (!line.empty()) out.push_back(doc::parse_json(line).value());
    }
    return out;
  }
};

// A wall clock that goes back an hour whenever somebody looks; only the steady one can be trusted.
class BackwardsClock : public Clock {
 public:
  SteadyTime steady() const override { return system_clock().steady(); }
  WallTime wall() const override { return wall_ -= std::chrono::hours(1); }

 private:
  mutable WallTime wall_ = system_clock().wall();
};

std::vector<std::string> numbered(int count) {
  std::vector<std::string> inputs;
  for (int i = 0; i < count; ++i) inputs.push_back(fmt::format("text {}", i));
  return inputs;
}

std::vector<std::string_view> providers() {
  std::vector<std::string_view> ids;
  for (const provider::Descriptor& provider : provider::all_providers()) {
    if (provider.splits != nullptr) ids.push_back(provider.id);
  }
  return ids;
}

}  // namespace

TEST_CASE("every input has one line, with its own result") {
  for (const std::string_view provider : providers()) {
    CAPTURE(provider);
    Bench bench;
    std::vector<std::string> inputs = numbered(100);
    inputs[17] = "fail";
    inputs[40] = inputs[41];  // duplicates keep a line each
    const store::JobRow row = bench.create(bench.request(provider, inputs));
    const ops::JobReport report = bench.run(row.id);
    CHECK(report.ended == ops::Ended::complete);
    CHECK(report.exit_status() == 8);
    CHECK(report.row.ok == 99);
    CHECK(report.row.failed == 1);
    std::set<std::int64_t> seen;
    for (const doc::Value& line : bench.lines(row)) {
      const auto index = *line.find("index")->integer();
      CHECK(seen.insert(index).second);
      const std::string& input = inputs[static_cast<std::size_t>(index)];
      CHECK(*line.find("input")->string() == input);
      if (input == "fail") {
        CHECK(*line.find("status")->string() == "failed");
        CHECK(*line.find("error")->find("message")->string() == "told to fail");
      } else {
        CHECK(*line.find("result")->find("echo")->string() == input);
      }
    }
    CHECK(seen.size() == inputs.size());
  }
}

TEST_CASE("a death in the middle costs nothing") {
  for (const std::string_view provider : providers()) {
    CAPTURE(provider);
    Bench bench;
    std::vector<std::string> inputs = numbered(60);
    inputs[30] = "die";
    const store::JobRow row = bench.create(bench.request(provider, inputs));
    const ops::JobReport report = bench.run(row.id);
    CHECK(report.exit_status() == 0);
    CHECK(bench.lines(row).size() == inputs.size());
  }
}

TEST_CASE("a wall clock that jumps back changes no result and no duration") {
  for (const std::string_view provider : providers()) {
    CAPTURE(provider);
    Bench bench;
    BackwardsClock clock;
    ops::SubmitRequest request = bench.request(provider, numbered(60));
    request.spec.deadline = std::chrono::minutes(5);  // an hour "passes" with every look
    const store::JobRow row = bench.create(request);
    const ops::JobReport report = bench.run(row.id, {}, clock);
    CHECK(report.exit_status() == 0);
    CHECK(report.progress.elapsed > Duration::zero());
    CHECK(report.progress.elapsed < std::chrono::minutes(5));
    const std::vector<doc::Value> lines = bench.lines(row);
    CHECK(lines.size() == 60);
    for (const doc::Value& line : lines) {
      const doc::Value* ms = line.find("ms") ? line.find("ms")->find("inference") : nullptr;
      if (ms && ms->real()) CHECK(*ms->real() >= 0);  // the toy measures nothing
    }
  }
}

TEST_CASE("a stopped job keeps its lines and a resume runs the rest") {
  for (const std::string_view provider : providers()) {
    CAPTURE(provider);
    Bench bench;
    const store::JobRow row = bench.create(bench.request(provider, numbered(200)));
    ops::RunJobOptions briefly;
    briefly.timeout = std::chrono::milliseconds(1);
    const ops::JobReport stopped = bench.run(row.id, std::move(briefly));
    CHECK(stopped.ended != ops::Ended::failed);
    const std::size_t before = bench.lines(row).size();
    const ops::JobReport resumed = bench.run(row.id);
    CHECK(resumed.exit_status() == 0);
    CHECK(resumed.progress.done_before == before);
    CHECK(bench.lines(row).size() == 200);
  }
}

TEST_CASE("one runner a job") {
  for (const std::string_view provider : providers()) {
    CAPTURE(provider);
    Bench bench;
    const store::JobRow row = bench.create(bench.request(provider, numbered(3)));
    const auto lock = FileLock::acquire(row.directory + "/lock");
    REQUIRE(lock);
    CHECK(ops::is_job_running(row.directory));
    Loop loop;
    const auto report = ops::run_job(loop, bench.store, row.id, process_environment(), {});
    REQUIRE_FALSE(report);
    CHECK(report.error().code == ErrorCode::locked);
  }
}

TEST_CASE("an unknown provider is named") {
  Bench bench;
  const auto job = ops::create_job(bench.store, bench.request("nowhere", numbered(1)),
                                   process_environment(), system_random(), system_clock().wall());
  REQUIRE_FALSE(job);
  CHECK(job.error().code == ErrorCode::not_found);
  CHECK(job.error().message == "no orchestrator is called `nowhere`");
}

// The local provider starts this very program as its task manager.
int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "serve-entrypoint") {
    BackwardsClock clock;
    Loop loop(clock);
    const auto status =
        pipeline::run_task_manager(loop, STDIN_FILENO, STDOUT_FILENO, process_environment());
    return status ? *status : 1;
  }
  return doctest::Context(argc, argv).run();
}
