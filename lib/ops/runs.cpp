#include "ops/runs.h"

#include <fmt/core.h>

#include "base/text.h"

namespace orch::ops {
namespace {

constexpr int kStillRunning = 9;

doc::Value time_of(std::int64_t ms) {
  return ms == 0 ? doc::Value() : doc::Value(rfc3339(from_unix_ms(ms)));
}

void bring_up_to_date(store::RunRow& row, const provider::Run& run) {
  row.run = run.id;
  row.state = provider::to_text(run.state);
  if (!run.url.empty()) row.url = run.url;
  if (!run.command.empty()) row.command = run.command;
  row.started_ms = run.started_ms;
  row.ended_ms = run.ended_ms;
}

// After all retries with one token: was it taken?
bool may_have_begun(const Error& error) {
  if (error.http && !error.http->sent) return false;
  return error.code == ErrorCode::timed_out || error.code == ErrorCode::unreachable ||
         error.code == ErrorCode::remote_failed || error.code == ErrorCode::bad_answer ||
         error.code == ErrorCode::interrupted;
}

Error not_confirmed(Error error, const std::string& orchestrator) {
  error.message = "whether the run was started is not known: " + error.message;
  error.code = ErrorCode::not_confirmed;
  error.hint = fmt::format("`orch list runs --on {}` shows what runs there", orchestrator);
  return error;
}

Result<doc::Value> json_of(const std::string& text) {
  if (text.empty()) return doc::Value(doc::Value::Object{});
  return doc::parse_json(text, "the state database");
}

}  // namespace

Result<store::OrchestratorRow> remembered_orchestrator(store::Store& store, const std::string& name,
                                                       const std::string& registry) {
  std::vector<store::OrchestratorRow> found;
  std::vector<std::string> known;
  for (store::OrchestratorRow& row : ORCH_TRY(store::orchestrators(store))) {
    if (!registry.empty() && row.registry != registry) continue;
    known.push_back(row.name);
    if (row.name == name) found.push_back(std::move(row));
  }
  if (found.size() == 1) return std::move(found.front());
  if (found.size() > 1) {
    return fail(ErrorCode::ambiguous_name,
                fmt::format("{} is registered here and with FiftyOne", printable(name)),
                "say which: --registry local or --registry fiftyone");
  }
  const auto meant = nearest(name, known);
  return fail(ErrorCode::not_found,
              fmt::format("this machine knows no orchestrator {}{}", printable(name),
                          meant ? fmt::format("; did you mean {}?", *meant) : ""),
              "`orch list orchestrators` shows those it knows; registering the same file again "
              "makes another machine's known here");
}

Result<doc::Value> auth_of(const store::OrchestratorRow& row) {
  const doc::Value own = ORCH_TRY(json_of(row.own_json));
  const doc::Value* auth = own.find("auth");
  return auth == nullptr ? doc::Value() : *auth;
}

Result<std::unique_ptr<provider::Commands>> open_commands(const store::OrchestratorRow& row,
                                                          provider::Session session) {
  const provider::Descriptor* provider = provider::find_provider(row.environment);
  if (provider == nullptr || provider->commands == nullptr) {
    return fail(ErrorCode::unsupported,
                fmt::format("{} is in the environment {}, where this version of orch runs no "
                            "commands",
                            printable(row.name), printable(row.environment)),
                "`orch submit -- CMD` runs it on this machine");
  }
  session.auth = ORCH_TRY(auth_of(row));
  return provider->commands(session, {row.name, ORCH_TRY(json_of(row.config_json))});
}

Result<store::RunRow> start_run(const RunStart& start, const store::OrchestratorRow& orchestrator,
                                provider::Commands& commands, store::Store& store, Clock& clock,
                                Random& random) {
  constexpr int kTokenLength = 26;
  store::RunRow row;
  row.token = "orch-" + random_id(random, kTokenLength);
  row.registry = orchestrator.registry;
  row.orchestrator = orchestrator.name;
  row.purpose = start.purpose;
  row.command = start.command;
  row.state = "asked for";
  row.created_ms = unix_ms(clock.wall());
  ORCH_TRY(store::put_run(store, row));
  auto id = commands.start({start.command, start.purpose == "refresh", row.token});
  if (!id) {
    const bool unknown = may_have_begun(id.error());
    row.state = unknown ? "not known" : "not started";
    ORCH_TRY(store::put_run(store, row));
    return fail(unknown ? not_confirmed(std::move(id).error(), orchestrator.name)
                        : std::move(id).error());
  }
  row.run = std::move(*id);
  row.state = "queued";
  ORCH_TRY(store::put_run(store, row));
  return row;
}

Result<provider::Run> look_at_run(store::RunRow& row, provider::Commands& commands,
                                  store::Store& store) {
  provider::Run run = ORCH_TRY(commands.look(row.run));
  const store::RunRow before = row;
  bring_up_to_date(row, run);
  if (before.state != row.state || before.url != row.url) ORCH_TRY(store::put_run(store, row));
  return run;
}

Result<provider::Run> await_run(store::RunRow& row, provider::Commands& commands,
                                store::Store& store, const std::function<bool(Duration)>& wait,
                                const std::function<void(const provider::Run&)>& seen,
                                std::optional<Duration> interval) {
  for (int look = 1;; ++look) {
    provider::Run run = ORCH_TRY(look_at_run(row, commands, store));
    seen(run);
    if (provider::is_over(run.state)) return run;
    if (!wait(interval.value_or(commands.pause_after(look)))) return run;
  }
}

Result<std::vector<store::RunRow>> list_remote_runs(const store::OrchestratorRow& orchestrator,
                                                    provider::Commands& commands,
                                                    store::Store& store, int limit) {
  std::vector<store::RunRow> rows;
  std::vector<provider::Run> found;
  ORCH_TRY(commands.list([&](const provider::Run& run) {
    found.push_back(run);
    return static_cast<int>(found.size()) < limit;
  }));
  for (const provider::Run& run : found) {
    store::RunRow row;
    const auto known = ORCH_TRY(store::find_run(store, run.id));
    if (known) {
      row = *known;
    } else {
      row.token = fmt::format("seen/{}/{}", orchestrator.name, run.id);
      row.registry = orchestrator.registry;
      row.orchestrator = orchestrator.name;
      row.purpose = "command";
      row.created_ms = run.started_ms;
    }
    const std::string before = row.state;
    bring_up_to_date(row, run);
    if (!known || before != row.state) ORCH_TRY(store::put_run(store, row));
    rows.push_back(std::move(row));
  }
  return rows;
}

int exit_status(const provider::Run& run) {
  if (!provider::is_over(run.state)) return kStillRunning;
  if (run.state == provider::RunState::succeeded) return 0;
  const bool theirs = run.state == provider::RunState::failed && run.infrastructure;
  return traits(theirs ? ErrorCode::remote_failed : ErrorCode::command_failed).exit_status;
}

Error failure_of(const provider::Run& run, const store::RunRow& row) {
  Error error;
  const bool theirs = run.state == provider::RunState::failed && run.infrastructure;
  error.code = theirs                                       ? ErrorCode::remote_failed
               : run.state == provider::RunState::cancelled ? ErrorCode::cancelled
                                                            : ErrorCode::command_failed;
  error.message =
      fmt::format("run {} on {} {}: {}", run.id, printable(row.orchestrator),
                  run.state == provider::RunState::failed ? "failed" : provider::to_text(run.state),
                  run.detail);
  error.hint = run.hint.empty() ? fmt::format("`orch logs run/{}` shows its output; its page: {}",
                                              run.id, row.url)
                                : run.hint;
  return error;
}

doc::Value to_value(const store::RunRow& row) {
  doc::Value value;
  value.set("id", row.run.empty() ? doc::Value() : doc::Value(row.run));
  value.set("orchestrator", row.orchestrator);
  value.set("registry", row.registry);
  value.set("purpose", row.purpose);
  value.set("state", row.state);
  value.set("created_at", time_of(row.created_ms));
  value.set("started_at", time_of(row.started_ms));
  value.set("ended_at", time_of(row.ended_ms));
  value.set("command", row.command);
  value.set("url", row.url);
  return value;
}

doc::Value to_value(const store::RunRow& row, const provider::Run& run) {
  doc::Value value = to_value(row);
  value.set("detail", run.detail);
  return value;
}

}  // namespace orch::ops
