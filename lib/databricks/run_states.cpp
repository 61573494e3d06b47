#include "databricks/run_states.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/redact.h"
#include "base/text.h"
#include "databricks/client.h"

namespace orch::databricks {
namespace {

using provider::Run;
using provider::RunState;

constexpr const char* kConflictHint =
    "often a conflict between the cluster's packages and the requirements: compare the pins, unpin "
    "what is not needed; if it stays, ask FiftyOne's support with the run's page";
constexpr const char* kPlaceHint = "Databricks could not give or keep the machines: run it again";

struct Ending {
  std::string_view code;
  RunState state;
  bool infrastructure;
  const char* hint;
};
// termination_details.code, and result_state of older answers.
constexpr std::array<Ending, 22> kEndings = {{
    {"SUCCESS", RunState::succeeded, false, ""},
    {"SUCCESS_WITH_FAILURES", RunState::succeeded, false, ""},
    {"USER_CANCELED", RunState::cancelled, false, ""},
    {"CANCELED", RunState::cancelled, false, ""},
    {"UPSTREAM_CANCELED", RunState::cancelled, false, ""},
    {"CLUSTER_TERMINATED_BY_USER", RunState::cancelled, false, ""},
    {"SKIPPED", RunState::skipped, false,
     "another run was going on: raise max_concurrent_runs, or queue"},
    {"EXCLUDED", RunState::skipped, false, ""},
    {"DISABLED", RunState::skipped, false, "the job is disabled in the workspace"},
    {"MAX_CONCURRENT_RUNS_EXCEEDED", RunState::skipped, false,
     "the job's max_concurrent_runs are running: wait, raise it, or enable its queue"},
    {"MAXIMUM_CONCURRENT_RUNS_REACHED", RunState::skipped, false,
     "the job's max_concurrent_runs are running: wait, raise it, or enable its queue"},
    {"MAX_JOB_QUEUE_SIZE_EXCEEDED", RunState::skipped, false, "the job's queue is full: wait"},
    {"LIBRARY_INSTALLATION_ERROR", RunState::failed, false, kConflictHint},
    {"DRIVER_ERROR", RunState::failed, true, kConflictHint},
    {"CLUSTER_ERROR", RunState::failed, true, kPlaceHint},
    {"CLOUD_FAILURE", RunState::failed, true, kPlaceHint},
    {"INTERNAL_ERROR", RunState::failed, true, kPlaceHint},
    {"CLUSTER_REQUEST_LIMIT_EXCEEDED", RunState::failed, true, kPlaceHint},
    {"UNAUTHORIZED_ERROR", RunState::failed, false,
     "the run's identity may not use the cluster, a file or a secret scope: `orch doctor NAME`"},
    {"STORAGE_ACCESS_ERROR", RunState::failed, false,
     "the run's identity cannot read its files: `orch doctor NAME`"},
    {"INVALID_CLUSTER_REQUEST", RunState::failed, false,
     "the job's cluster settings are refused: `orch register FILE` shows what differs"},
    {"TIMEDOUT", RunState::failed, false, "the job's timeout_seconds were over"},
}};

void read_ending(std::string_view code, const std::string& message, Run& into) {
  const auto* known = std::find_if(kEndings.begin(), kEndings.end(),
                                   [&](const Ending& each) { return each.code == code; });
  into.state = known != kEndings.end() ? known->state : RunState::failed;
  if (known != kEndings.end()) {
    into.infrastructure = known->infrastructure;
    into.hint = known->hint;
  }
  for (const char* text : {"Could not reach driver of cluster", "Cannot read the python file",
                           "Library installation error"}) {
    if (message.find(text) != std::string::npos) into.hint = kConflictHint;
  }
  const std::string shown(code.empty() ? std::string_view("no result") : code);
  into.detail = printable(redact(message.empty() ? shown : fmt::format("{}: {}", shown, message)));
}

RunState going_on(std::string_view state) {
  if (state == "QUEUED" || state == "BLOCKED") return RunState::queued;
  if (state == "PENDING" || state == "WAITING" || state == "WAITING_FOR_RETRY") {
    return RunState::starting;
  }
  return RunState::running;  // RUNNING, TERMINATING, and what is not known yet
}

void read_status(const doc::Value& status, Run& into) {
  const std::string state = status.text("state");
  const doc::Value& details = member_of(status, "termination_details");
  if (state == "TERMINATED")
    return read_ending(details.text("code"), details.text("message"), into);
  into.state = going_on(state);
  into.detail = printable(state);
  const doc::Value& queue = member_of(status, "queue_details");
  if (const std::string code = queue.text("code"); !code.empty()) {
    into.detail = printable(fmt::format("{}: {}", code, queue.text("message")));
  }
}

void read_old_state(const doc::Value& state, Run& into) {
  const std::string life = state.text("life_cycle_state");
  const std::string message = state.text("state_message");
  if (life == "SKIPPED" || life == "INTERNAL_ERROR") return read_ending(life, message, into);
  if (life == "TERMINATED") return read_ending(state.text("result_state"), message, into);
  into.state = going_on(life);
  into.detail = printable(life);
}

}  // namespace

void read_state(const doc::Value& run, Run& into) {
  const doc::Value& status = member_of(run, "status");
  if (!status.text("state").empty()) return read_status(status, into);
  read_old_state(member_of(run, "state"), into);
}

Run run_of(const doc::Value& run) {
  Run out;
  out.id = id_of(run, "run_id");
  out.job = id_of(run, "job_id");
  read_state(run, out);
  out.url = printable(run.text("run_page_url"));
  out.started_ms = integer_of(run, "start_time");
  out.ended_ms = integer_of(run, "end_time");
  for (const doc::Value& parameter : run.list("job_parameters")) {
    if (parameter.text("name") != "command") continue;
    out.command = parameter.text("value");
    if (out.command.empty()) out.command = parameter.text("default");
  }
  return out;
}

}  // namespace orch::databricks
