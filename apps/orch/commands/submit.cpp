#include <fmt/core.h>

#include <unistd.h>

#include <thread>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/api.h"
#include "commands/commands.h"
#include "commands/job_settings.h"
#include "commands/job_wait.h"
#include "commands/runs.h"
#include "ops/command_job.h"
#include "ops/job_file.h"
#include "ops/job_view.h"
#include "ops/logs.h"
#include "ops/queue.h"
#include "ops/run_job.h"
#include "ops/runs.h"
#include "ops/submit.h"
#include "output/job_report.h"
#include "provider/provider.h"

namespace orch::commands {
namespace {

using cli::Invocation;
using output::Format;

std::string count(std::uint64_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

bool wants_queue(Invocation& run) { return run.args.has("--enqueue") || run.args.has("--detach"); }

// What the flags change in the file: --on and --policy are fields as any other.
std::vector<std::string> overrides(const cli::Args& args) {
  std::vector<std::string> set = args.all("--set");
  if (const auto on = args.get("--on")) set.push_back("on=" + *on);
  if (const auto policy = args.get("--policy")) set.push_back("job_policy=" + *policy);
  return set;
}

// Lines go to standard output as they are committed unless the job stores them or a document was
// asked for.
bool shows_lines(Invocation& run, bool stored) {
  const Format format = run.print.format(stored ? Format::table : Format::ndjson);
  return format == Format::ndjson || (!stored && format == Format::table);
}

// What the workers said since the last time, for --follow: "inference: text"; a command's output
// as it is.
void show_log(Invocation& run, ops::LogReader& log) {
  std::string text;
  (void)log.read([&](std::string_view line) -> Status {
    const auto value = doc::parse_json(line, "log");
    const doc::Value* said = value ? value->find("line") : nullptr;
    const doc::Value* stage = value ? value->find("stage") : nullptr;
    if (said == nullptr || said->string() == nullptr) {
      text += printable(line, true);
      return {};
    }
    if (stage != nullptr && stage->string() != nullptr) text += *stage->string() + ": ";
    text += printable(*said->string()) + "\n";
    return {};
  });
  if (text.empty()) return;
  run.progress.clear();
  (void)write_all(STDERR_FILENO, text, "standard error");
}

Result<int> finish(Invocation& run, const ops::JobReport& report, bool lines_shown) {
  run.progress.clear();
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (!run.options.quiet) {
    ORCH_TRY(write_all(STDERR_FILENO, output::final_text(report, cores), "standard error"));
  }
  if (!lines_shown) ORCH_TRY(print_job(run, report.row));
  if (report.error) return fail(*report.error);
  return report.exit_status();
}

Result<int> run_here(Invocation& run, store::Store& store, const std::string& job_id, bool stored) {
  ops::RunJobOptions options;
  options.limits = ORCH_TRY(job_limits(run));
  options.timeout = run.options.timeout;
  const std::int64_t share = ORCH_TRY(run.integer("--task-managers", 0, 0, 1'000'000));
  if (share > 0) options.task_managers = static_cast<int>(share);
  const bool lines_shown = shows_lines(run, stored);
  if (lines_shown) {
    options.show = [&run](std::string_view lines) -> Status {
      ORCH_TRY(run.out.write(lines));
      return run.out.flush();
    };
  }
  ops::LogReader log({.job_directory = store.job_directory(job_id), .split = {}});
  const bool follow = run.args.has("--follow");
  options.on_progress = [&](const ops::JobProgress& progress) {
    if (follow) show_log(run, log);
    if (run.progress.due()) run.progress.show(output::progress_text(job_id, progress));
  };
  Loop loop;
  const ops::JobReport report =
      ORCH_TRY(ops::run_job(loop, store, job_id, run.env, std::move(options)));
  if (follow) show_log(run, log);
  return finish(run, report, lines_shown);
}

Result<int> dry_run(Invocation& run, const ops::SubmitRequest& request) {
  const ops::Planned planned = ORCH_TRY(ops::plan_job(request, run.env));
  static const std::vector<output::Column> fields = {{"inputs", "Inputs"},
                                                     {"blank_lines", "Blank lines skipped"},
                                                     {"splits", "Splits"},
                                                     {"split_size", "Inputs a split"},
                                                     {"num_task_managers", "Task managers"},
                                                     {"job_policy", "Policy"},
                                                     {"promises.backend", "Backend"},
                                                     {"promises.speculation", "Speculation"},
                                                     {"promises.keep_alive", "Keep-alive"},
                                                     {"promises.live_lines", "Live lines"}};
  for (const std::string& note : planned.plan.notes) log_note(note);
  ORCH_TRY(run.print.fields(ops::to_value(planned), fields, "splits"));
  return 0;
}

Result<int> enqueued(Invocation& run, store::Store& store, const store::JobRow& row) {
  ORCH_TRY(ops::ensure_queue(store.directory(), run.env));
  if (run.args.has("--detach")) {
    log_note(fmt::format("enqueued {}; follow it with `orch status {} --watch`", row.id, row.id));
    ORCH_TRY(print_job(run, row));
    return 0;
  }
  log_note(fmt::format("enqueued {}; Ctrl-C leaves it in the queue", row.id));
  if (!run.args.has("--follow")) return wait_for_job(run, store, row.id);
  ops::LogReader log({.job_directory = row.directory, .split = {}});
  return wait_for_job(run, store, row.id, [&] { show_log(run, log); });
}

// `on:` of a split job may name an orchestrator whose provider runs only commands.
Status check_place(Invocation& run, const std::string& on) {
  if (provider::find_provider(on) != nullptr) return {};
  auto store = store::Store::open_existing(ORCH_TRY(run.state_directory()));
  if (!store || !*store) return {};
  const auto row = ops::remembered_orchestrator(**store, on, "");
  if (!row) return {};  // said where the job is planned
  return fail(ErrorCode::unsupported,
              fmt::format("{} is at {}, where orch runs single commands but no split jobs",
                          printable(on), row->environment),
              fmt::format("orch submit --on {} -- CMD…, or `on: local`", on));
}

Result<int> submit_file(Invocation& run, const std::string& path) {
  ops::SubmitRequest request;
  request.spec = ORCH_TRY(ops::load_job({.path = path,
                                         .set = overrides(run.args),
                                         .current_directory = current_directory(),
                                         .policies = ORCH_TRY(job_policies(run))},
                                        run.env));
  ORCH_TRY(check_place(run, request.spec.on));
  request.limits = ORCH_TRY(job_limits(run));
  request.enqueue = wants_queue(run);
  if (run.options.dry_run) return dry_run(run, request);

  store::Store store = ORCH_TRY(store::Store::open(ORCH_TRY(run.state_directory())));
  const ops::NewJob job =
      ORCH_TRY(ops::create_job(store, request, run.env, system_random(), system_clock().wall()));
  for (const std::string& note : job.planned.plan.notes) log_note(note);
  if (job.planned.inputs.blank_lines > 0) {
    log_note(count(job.planned.inputs.blank_lines, "blank line") + " skipped");
  }
  if (request.enqueue) return enqueued(run, store, job.row);
  const job::Plan& plan = job.planned.plan;
  log_note(fmt::format("{}: {} in {} on {}", job.row.id, count(plan.inputs, "input"),
                       count(plan.splits, "split"),
                       count(static_cast<std::uint64_t>(plan.num_task_managers), "task manager")));
  return run_here(run, store, job.row.id,
                  request.spec.output.storage == job::OutputSpec::Storage::local);
}

Result<int> resume(Invocation& run, const std::string& name) {
  store::Store store = ORCH_TRY(store::Store::open(ORCH_TRY(run.state_directory())));
  const store::JobRow row = ORCH_TRY(find_job(store, name));
  if (run.options.dry_run) {
    log_note(
        fmt::format("would run {} of {}", count(row.total - row.ok - row.failed, "input"), row.id));
    return 0;
  }
  if (ops::is_command_job(row)) return run_command(run, store, row);
  if (row.state == store::JobState::done) {
    log_note(fmt::format("{}: nothing is missing: {} ok, {} failed", row.id, row.ok, row.failed));
    ORCH_TRY(print_job(run, row));
    return ops::exit_status(row);
  }
  const bool stored = !row.results_path.starts_with(row.directory + "/");
  Result<int> status = run_here(run, store, row.id, stored);
  // Its queue runner may have died meanwhile; others may wait for one.
  if (row.enqueued && !ORCH_TRY(store.jobs_in(store::JobState::queued)).empty()) {
    ORCH_TRY(ops::ensure_queue(store.directory(), run.env));
  }
  return status;
}

Result<int> submit_command_line(Invocation& run) {
  if (run.args.tail.empty()) {
    return fail(ErrorCode::usage, "no command stands after `--`",
                "orch submit -- python3 train.py --epochs 3");
  }
  if (run.options.dry_run) {
    log_note("would run here: " + join(run.args.tail, " "));
    return 0;
  }
  store::Store store = ORCH_TRY(store::Store::open(ORCH_TRY(run.state_directory())));
  const store::JobRow row =
      ORCH_TRY(ops::create_command_job(store, run.args.tail, current_directory(), wants_queue(run),
                                       system_random(), system_clock().wall()));
  if (row.enqueued) return enqueued(run, store, row);
  return run_command(run, store, row);
}

Result<int> submit_remote_command(Invocation& run, const std::string& on) {
  if (run.args.tail.empty()) {
    return fail(ErrorCode::usage, "no command stands after `--`",
                fmt::format("orch submit --on {} -- fiftyone --version", on));
  }
  if (run.args.has("--enqueue")) {
    return fail(ErrorCode::usage, "--enqueue is for this machine's queue; the provider has its own",
                "--detach starts the run and returns");
  }
  return submit_remote(run, on);
}

Result<int> submit(Invocation& run) {
  const std::string on = run.args.get("--on").value_or("local");
  const std::string file(run.positional(0));
  const int ways =
      (run.args.has("--resume") ? 1 : 0) + (run.args.has_tail ? 1 : 0) + (file.empty() ? 0 : 1);
  if (ways != 1) {
    return fail(ErrorCode::usage,
                ways == 0 ? "what to submit is missing"
                          : "a job file, --resume and a command after `--` exclude each other",
                "orch submit FILE, orch submit -- CMD…, or orch submit --resume JOB");
  }
  if (run.args.has("--detach") && run.args.has("--follow")) {
    return fail(ErrorCode::usage, "--detach returns at once and --follow stays",
                "--enqueue --follow lets the queue run the job and shows what it says");
  }
  if (run.args.has_tail && on != "local") return submit_remote_command(run, on);
  if (run.args.has_tail) return submit_command_line(run);
  for (const std::string_view flag : {"--set", "--policy", "--on"}) {
    if (!run.args.has("--resume") || !run.args.has(flag)) continue;
    return fail(ErrorCode::usage, fmt::format("--resume takes a job as it is, without {}", flag),
                "submit the file again to run it with other settings");
  }
  if (const auto name = run.args.get("--resume")) return resume(run, *name);
  return submit_file(run, file);
}

}  // namespace

cli::Command submit_command() {
  cli::Command command;
  command.name = "submit";
  command.summary = "run a split job, or one command, and wait for its end";
  command.details =
      "A job file names the inputs, the stages they go through and where results go "
      "(`orch help jobs`, `orch config schema Job`). The inputs are spooled, cut into splits and "
      "worked on by task managers; each result is on disk before it is shown or counted, so an "
      "interrupted job loses nothing and `--resume` runs only what is missing.\n\n"
      "What follows `--` is run as one command: its words unchanged, no shell, its output passed "
      "on. It gets no credential variables of this environment. With --on it runs at an "
      "orchestrator's provider; its output comes when it is over, Ctrl-C leaves it running there.";
  command.examples = {{"run a job file and wait", "orch submit job.yaml"},
                      {"see the plan first", "orch submit job.yaml --dry-run"},
                      {"change a field for this run", "orch submit job.yaml --set split_size=8"},
                      {"let the queue do it and return", "orch submit job.yaml --detach"},
                      {"run what is missing of the newest `birds`", "orch submit --resume birds"},
                      {"run one command as a job", "orch submit -- python3 train.py --epochs 3"},
                      {"run it at an orchestrator", "orch submit --on gpu -- fiftyone --version"}};
  command.positionals = {{"FILE", "the job file, `-` for standard input", cli::Completes::file}};
  command.flags = {{"--resume", 0, "JOB", "run what is missing of a job", {}, cli::Completes::job},
                   {"--on", 0, "NAME", "the orchestrator to run on, or `local`"},
                   {"--set",
                    0,
                    "PATH=VALUE",
                    "override a field of the job file",
                    {},
                    cli::Completes::nothing,
                    true},
                   {"--policy", 0, "P", "the job policy, as `job_policy:` in the file"},
                   {"--enqueue", 0, "", "let the queue runner of this machine run it, and wait"},
                   {"--detach", 0, "", "enqueue and return"},
                   {"--follow", 0, "", "show the workers' log lines on standard error"},
                   {"--task-managers",
                    0,
                    "N",
                    "no more than N task managers (the queue's share)",
                    {},
                    cli::Completes::nothing,
                    false,
                    true}};
  for (cli::Flag& flag : wait_flags()) command.flags.push_back(flag);
  for (cli::Flag& flag : profile_flags()) command.flags.push_back(flag);
  command.tail = "CMD…";
  command.run = submit;
  return command;
}

}  // namespace orch::commands
