#include "commands/serving.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "commands/api.h"
#include "ops/serving_doctor.h"
#include "ops/serving_status.h"
#include "output/table.h"

namespace orch::commands {
namespace {

using cli::Invocation;

constexpr auto kLookEvery = std::chrono::seconds(2);
constexpr auto kUsualWait = std::chrono::minutes(10);  // large models load for minutes

Result<ops::Deployment> deployment_at(Invocation& run, std::string_view argument) {
  return ops::read_deployment(resolve(current_directory(), argument), run.env);
}

std::string probe_line(std::string_view name, const ops::ProbeRow& row) {
  return fmt::format("{:<11} {:<9} {}  {}\n", name, row.ready ? "ready" : "not ready", row.address,
                     printable(row.detail));
}

std::string to_text(const ops::ServingStatus& status, const output::TableStyle& style) {
  std::string text =
      probe_line("proxy http", status.http) + probe_line("proxy grpc", status.grpc) + "\n";
  if (!status.docker_problem.empty()) {
    return text + fmt::format("services    unknown: {}\n", printable(status.docker_problem));
  }
  const doc::Value value = ops::to_value(status);
  return text + output::render_table({{.key = "name", .title = "SERVICE"},
                                      {.key = "kind"},
                                      {.key = "state"},
                                      {.key = "health"},
                                      {.key = "detail", .elastic = true}},
                                     value.list("services"), style);
}

std::string progress_of(const ops::ServingStatus& status) {
  const auto ready = std::count_if(status.services.begin(), status.services.end(),
                                   [](const ops::ServiceRow& row) { return row.ready; });
  const auto waiting = std::find_if(status.services.begin(), status.services.end(),
                                    [](const ops::ServiceRow& row) { return !row.ready; });
  std::string text = fmt::format("{} of {} services are ready", ready, status.services.size());
  if (waiting == status.services.end()) return text + ", waiting for the proxy";
  return text + fmt::format("; {}: {}", waiting->name,
                            waiting->detail.empty() ? waiting->state : waiting->detail);
}

// Looks once, or with --wait until it is ready, has failed, or the time is over.
Result<ops::ServingStatus> look(Invocation& run, const ops::Deployment& deployment,
                                bool& timed_out) {
  Api api(run);
  api.catch_interrupts();
  http::RetryTable once;
  once.attempts = 1;
  const auto transport = api.transport(once);
  const SteadyTime end = system_clock().steady() + run.options.timeout.value_or(kUsualWait);
  while (true) {
    ops::ServingStatus status = ops::look_at(deployment, *transport, run.env);
    const bool over = status.ready() || status.failed();
    if (api.interrupted()) return fail(ErrorCode::interrupted, "stopped waiting");
    if (!run.args.has("--wait") || over) return status;
    timed_out = system_clock().steady() >= end;
    if (timed_out) return status;
    run.progress.show(progress_of(status));
    const Duration pause =
        std::min<Duration>(ORCH_TRY(run.duration("--poll-interval")).value_or(kLookEvery),
                           end - system_clock().steady());
    if (!api.wait(std::max(pause, Duration::zero()))) {
      return fail(ErrorCode::interrupted, "stopped waiting",
                  "the services go on; run it again to wait again");
    }
  }
}

}  // namespace

bool means_directory(std::string_view argument) {
  if (argument.starts_with('.')) return true;
  const std::size_t slash = argument.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view kind = argument.substr(0, slash);
  return kind != "job" && kind != "orchestrator" && kind != "service" && kind != "run";
}

Result<int> deployment_status(Invocation& run, std::string_view argument) {
  for (const std::string_view flag : {"--watch", "--exit-status"}) {
    if (!run.args.has(flag)) continue;
    return fail(ErrorCode::usage, fmt::format("{} is for jobs and runs", flag),
                "a deployment's status always exits with its result; --wait waits for it");
  }
  const ops::Deployment deployment = ORCH_TRY(deployment_at(run, argument));
  bool timed_out = false;
  const ops::ServingStatus status = ORCH_TRY(look(run, deployment, timed_out));
  run.progress.clear();
  ORCH_TRY(run.print.document(
      ops::to_value(status), [&] { return to_text(status, run.print.style()); }, "bundle"));
  if (status.ready()) return 0;
  if (timed_out) {
    return fail(ErrorCode::timed_out, fmt::format("{} is not ready yet", deployment.directory),
                "wait longer with --timeout, or look into `docker compose logs`");
  }
  if (!status.answers()) {
    return fail(ErrorCode::unreachable, fmt::format("nothing of {} answers", deployment.directory),
                fmt::format("cd {} && docker compose up -d", deployment.directory));
  }
  return fail(
      ErrorCode::check_failed, fmt::format("{} is not ready", deployment.directory),
      "the rows above say what is missing; --wait waits for it, `orch doctor` looks deeper");
}

Result<Checks> deployment_checks(Invocation& run, std::string_view argument) {
  const ops::Deployment deployment = ORCH_TRY(deployment_at(run, argument));
  return ops::check_deployment(deployment, run.env);
}

}  // namespace orch::commands
