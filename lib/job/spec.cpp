#include "job/spec.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "config/prepare.h"
#include "job/spec_parts.h"

namespace orch::job {
namespace {

using config::View;

Speculation read_speculation(const View& job) {
  Speculation speculation;
  if (const doc::Value* written = job.find("speculation"); written && written->boolean()) {
    speculation.enabled = speculation.demanded = *written->boolean();
    return speculation;
  }
  speculation.enabled = job.boolean("speculation.enabled");
  speculation.demanded = speculation.enabled && job.has("speculation.enabled");
  speculation.multiplier = job.number("speculation.multiplier");
  speculation.quartile = job.number("speculation.quartile");
  speculation.interval = job.duration("speculation.interval");
  return speculation;
}

KeepAlive read_keep_alive(const View& job) {
  KeepAlive keep_alive;
  if (const doc::Value* written = job.find("keep_alive"); written && written->boolean()) {
    keep_alive.enabled = keep_alive.demanded = *written->boolean();
    return keep_alive;
  }
  keep_alive.enabled = job.boolean("keep_alive.enabled");
  keep_alive.demanded = keep_alive.enabled && job.has("keep_alive.enabled");
  keep_alive.interval = job.duration("keep_alive.interval");
  return keep_alive;
}

OutputSpec read_output(const View& job, const SpecContext& context) {
  using Storage = OutputSpec::Storage;
  OutputSpec output;
  const doc::Value* location = job.find("output.location");
  const std::string storage = job.text("output.storage");
  if (storage == "stdout") output.storage = Storage::stdout_;
  if (storage == "local" || (storage.empty() && location)) output.storage = Storage::local;
  if (location && location->string()) {
    output.location = context.resolved(*location);
  } else if (output.storage == Storage::local) {
    output.location = resolve(context.options.base_directory, job.text("output.location"));
  }
  return output;
}

std::string read_working_dir(const View& job, SpecContext& context) {
  const doc::Value* written = job.find("working_dir");
  std::string path = written && written->string() ? context.resolved(*written)
                                                  : resolve(context.options.base_directory, ".");
  if (!context.is_stored() && !is_directory(path)) {
    const doc::Value& at = written ? *written : job.value();
    context.report.mistake(
        at, "working_dir",
        fmt::format("{} is not a directory; create it or correct the path", printable(path)));
  }
  return path;
}

JobSpec read_job(const View& job, SpecContext& context) {
  JobSpec spec;
  spec.name = read_name(job, context);
  spec.input = read_input(job, context);
  spec.on = job.text("on");
  if (job.has("split_size")) spec.split_size = job.count("split_size");
  if (job.has("num_task_managers")) spec.num_task_managers = job.count("num_task_managers");
  spec.policy = read_policy(job, context);
  spec.speculation = read_speculation(job);
  spec.keep_alive = read_keep_alive(job);
  spec.working_dir = read_working_dir(job, context);
  spec.excludes = job.texts("excludes");
  spec.env = read_env(job, context);
  spec.download = read_download(job);
  spec.stages = read_stages(job, context);
  spec.output = read_output(job, context);
  spec.retry_item = job.count("retry.item");
  spec.retry_split = job.count("retry.split");
  if (job.has("deadline")) spec.deadline = job.duration("deadline");
  return spec;
}

}  // namespace

const std::string& SpecContext::base_of(const doc::Value& value) const {
  return config::is_from_set(value) ? current_directory : options.base_directory;
}

std::string SpecContext::resolved(const doc::Value& path) const {
  return resolve(base_of(path), *path.string());
}

Result<JobSpec> parse_job(const doc::Value& document, const SpecOptions& options) {
  config::Report report(options.name);
  SpecContext context{
      options, options.current_directory.empty() ? current_directory() : options.current_directory,
      report};
  const config::Field& table = job_fields();
  doc::Value file = document;
  config::apply_aliases(file, table, report);
  config::apply_set(file, table, options.set, report);
  if (options.environment) config::interpolate(file, table, *options.environment, report);
  const int refused = refuse_later_fields(file, context);
  explain_texts(file, context);
  config::check(file, table, report);
  JobSpec spec = read_job(View(file, table), context);
  if (report.ok()) return spec;
  Error error = report.error();
  if (error.details.size() == static_cast<std::size_t>(refused)) {
    error.code = ErrorCode::unsupported;
    error.hint = "remove the fields named above, or use what they say";
  }
  return fail(std::move(error));
}

}  // namespace orch::job
