#include "ops/submit.h"

#include <fmt/core.h>

#include "base/file.h"
#include "ops/job_directory.h"
#include "provider/provider.h"

namespace orch::ops {
namespace {

Result<job::BackendTraits> backend_traits(const job::JobSpec& spec, const EnvMap& environment) {
  const provider::Descriptor* provider = provider::find_provider(spec.on);
  if (provider == nullptr || provider->splits == nullptr) {
    return fail(ErrorCode::not_found, fmt::format("no orchestrator is called `{}`", spec.on),
                "`on: local` runs the job on this machine");
  }
  return provider->splits(environment)->traits();
}

Status check_output(const SubmitRequest& request) {
  if (request.enqueue && request.spec.output.storage != job::OutputSpec::Storage::local) {
    return fail(ErrorCode::invalid_value, "a job that nobody waits for must store its results",
                "add `output: {storage: local, location: DIRECTORY}` to the job file");
  }
  return {};
}

Result<Planned> spool_and_plan(const SubmitRequest& request, const EnvMap& environment,
                               const std::string& directory) {
  Planned planned;
  planned.backend = ORCH_TRY(backend_traits(request.spec, environment));
  planned.inputs = ORCH_TRY(job::write_spool(request.spec.input, directory));
  planned.plan = ORCH_TRY(
      job::make_plan(request.spec, planned.inputs.inputs, planned.backend, request.limits));
  return planned;
}

std::string temporary_directory(const EnvMap& environment, Random& random) {
  return fmt::format("{}/orch-plan-{}", get(environment, "TMPDIR").value_or("/tmp"),
                     random_id(random, 8));
}

}  // namespace

Result<Planned> plan_job(const SubmitRequest& request, const EnvMap& environment) {
  ORCH_TRY(check_output(request));
  const std::string directory = temporary_directory(environment, system_random());
  ORCH_TRY(make_directories(directory));
  Result<Planned> planned = spool_and_plan(request, environment, directory);
  ORCH_TRY(remove_tree(directory));
  return planned;
}

Result<NewJob> create_job(store::Store& store, const SubmitRequest& request,
                          const EnvMap& environment, Random& random, WallTime now) {
  ORCH_TRY(check_output(request));
  NewJob job;
  store::JobRow& row = job.row;
  constexpr int kIdLength = 8;
  row.id = fmt::format("{}-{}", request.spec.name, random_id(random, kIdLength));
  row.name = request.spec.name;
  row.enqueued = request.enqueue;
  row.directory = store.job_directory(row.id);
  const bool stored = request.spec.output.storage == job::OutputSpec::Storage::local;
  const std::string results =
      stored ? fmt::format("{}/{}", request.spec.output.location, row.id) : row.directory;
  row.results_path = results + "/results.ndjson";

  JobDirectory directory = ORCH_TRY(JobDirectory::create(store, row.id));
  job.planned = ORCH_TRY(spool_and_plan(request, environment, directory.path()));
  row.total = job.planned.inputs.inputs;
  row.spec_json = doc::to_json(job::to_value(request.spec));
  row.plan_json = doc::to_json(to_value(job.planned));
  row.created_ms = unix_ms(now);
  // The results' directory comes last: one without a job would lie about.
  ORCH_TRY(store.add_job(row));
  if (Status made = stored ? make_directories(results) : Status(); !made) {
    (void)store.delete_job(row.id);  // the first error is the one to tell
    return fail(std::move(made).error());
  }
  directory.keep();
  return job;
}

doc::Value to_value(const Planned& planned) {
  const job::Plan& plan = planned.plan;
  doc::Value value;
  value.set("inputs", plan.inputs);
  value.set("blank_lines", planned.inputs.blank_lines);
  value.set("split_size", plan.split_size);
  value.set("splits", plan.splits);
  value.set("num_task_managers", plan.num_task_managers);
  value.set("job_policy", plan.policy);
  doc::Value promises;
  promises.set("backend", planned.backend.name);
  promises.set("speculation", planned.backend.speculation);
  promises.set("keep_alive", planned.backend.keep_alive);
  promises.set("live_lines", planned.backend.live_lines);
  value.set("promises", std::move(promises));
  doc::Value::Array notes;
  for (const std::string& note : plan.notes) notes.emplace_back(note);
  value.set("notes", std::move(notes));
  return value;
}

}  // namespace orch::ops
