#include <fmt/core.h>
#include <unistd.h>

#include <thread>

#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "commands/registry.h"
#include "commands/runs.h"
#include "ops/refresh.h"
#include "ops/register.h"
#include "ops/runs.h"
#include "provider/provider.h"

namespace orch::commands {
namespace {

using cli::Invocation;

constexpr auto kLookEvery = std::chrono::seconds(5);
constexpr auto kUsualWait = std::chrono::minutes(30);
// After the run has ended: FiftyOne shows what it reported within seconds.
constexpr auto kSettles = std::chrono::seconds(60);

doc::Value to_value(const ops::RefreshReply& reply) {
  doc::Value value = ops::to_value(reply.orchestrator);
  value.set("added", doc::Value::Array(reply.added.begin(), reply.added.end()));
  value.set("removed", doc::Value::Array(reply.removed.begin(), reply.removed.end()));
  return value;
}

std::string changes_text(const ops::RefreshReply& reply) {
  std::string text;
  for (const std::string& uri : reply.added) text += fmt::format("+ {}\n", printable(uri));
  for (const std::string& uri : reply.removed) text += fmt::format("- {}\n", printable(uri));
  return text + fmt::format("{} operators\n", reply.orchestrator.operators.size());
}

Result<ops::RefreshReply> await_change(Invocation& run, const control::Orchestrator& before,
                                       control::Registry& registry, Duration longest) {
  return ops::await_refresh(before, registry, system_clock(), run.options.timeout.value_or(longest),
                            [] { std::this_thread::sleep_for(kLookEvery); });
}

// No call starts it: a button in FiftyOne does.
Result<ops::RefreshReply> refresh_by_hand(Invocation& run, const control::Orchestrator& before,
                                          control::Registry& registry) {
  log_note(fmt::format("in FiftyOne: Settings, Orchestrators, {}, Refresh (an admin may)",
                       printable(before.name)));
  if (!run.args.has("--wait")) {
    return fail(
        ErrorCode::not_confirmed,
        fmt::format("{} was not refreshed from here", printable(before.name)),
        "press Refresh there and run this with --wait to see what changed; once it has run, "
        "or with refresh.command in its file, orch can start it");
  }
  return await_change(run, before, registry, kUsualWait);
}

// The run that a click on the button starts: the first one that was not there before.
Status follow_new_run(Invocation& run, Remote& remote) {
  log_note(
      fmt::format("waiting for the run that Refresh in FiftyOne starts (Settings, "
                  "Orchestrators, {})",
                  printable(remote.orchestrator.name)));
  const auto newest = [&]() -> Result<std::string> {
    const auto rows =
        ORCH_TRY(ops::list_remote_runs(remote.orchestrator, *remote.commands, remote.store, 1));
    return rows.empty() ? std::string() : rows.front().run;
  };
  const std::string last = ORCH_TRY(newest());
  const SteadyTime end = system_clock().steady() + run.options.timeout.value_or(kUsualWait);
  const Duration pause = ORCH_TRY(run.duration("--poll-interval")).value_or(kLookEvery);
  std::string now = last;
  while (now == last) {
    if (!remote.api.wait(pause)) return fail(ErrorCode::interrupted, "stopped waiting");
    if (system_clock().steady() >= end) {
      return fail(ErrorCode::not_confirmed, "no run has been started",
                  "press Refresh in FiftyOne, and wait longer with --timeout");
    }
    now = ORCH_TRY(newest());
  }
  return await_run_of(run, remote, now);
}

// The registration run at the provider; its output is shown on standard error.
Result<ops::RefreshReply> refresh_by_run(Invocation& run, const control::Orchestrator& before,
                                         control::Registry& registry, store::Store& store) {
  const std::string id(registry.traits().id);
  auto remote = ORCH_TRY(open_remote(run, before.name, id));
  const auto command = ORCH_TRY(ops::registration_command(remote->orchestrator, *remote->commands));
  if (!command && run.args.has("--wait")) {
    ORCH_TRY(follow_new_run(run, *remote));
    return await_change(run, before, registry, kSettles);
  }
  if (!command) return refresh_by_hand(run, before, registry);
  const std::string log = ORCH_TRY(run_to_end(run, std::move(remote), *command, "refresh"));
  if (id == "local") return ops::refresh_from_log(before, log, store, system_clock());
  return await_change(run, before, registry, kSettles);
}

Result<ops::RefreshReply> refreshed(Invocation& run, const control::Orchestrator& before,
                                    control::Registry& registry, store::Store& store) {
  const provider::Descriptor* provider = provider::find_provider(before.environment);
  const bool runs = provider != nullptr && provider->commands != nullptr;
  if (runs) return refresh_by_run(run, before, registry, store);
  if (registry.traits().id == "local") {
    return ops::refresh_local(before, store, run.env, system_clock());
  }
  return refresh_by_hand(run, before, registry);
}

Result<int> refresh(Invocation& run) {
  const std::string name = orchestrator_name(run.positional(0));
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {{}, name, {}}));
  const control::Orchestrator before = ORCH_TRY(find_orchestrator(*registry, name));
  const ops::RefreshReply reply = ORCH_TRY(refreshed(run, before, *registry, store));
  for (const std::string& problem : reply.problems) log_warning(problem);
  ORCH_TRY(run.print.document(
      to_value(reply), [&] { return changes_text(reply); }, "name"));
  return reply.problems.empty() ? 0 : traits(ErrorCode::partly_failed).exit_status;
}

}  // namespace

cli::Command refresh_command() {
  cli::Command command;
  command.name = "refresh";
  command.summary = "let an orchestrator report the operators of its plugins";
  command.details =
      "On this machine: lists the plugins of config.pluginsDir. At a provider: runs the "
      "registration task with refresh.command, else with the command of its last run, and waits. "
      "Where FiftyOne's registration command is not known yet, a button there starts it; --wait "
      "waits for the change. Exit status 13 until the registration shows it. Operators that came "
      "and went are shown.";
  command.examples = {
      {"an orchestrator of this machine", "orch refresh tools"},
      {"wait for the run that the button started", "orch refresh gpu --wait --timeout 20m"}};
  command.positionals = {{.name = "NAME",
                          .help = "the orchestrator",
                          .completes = cli::Completes::name,
                          .required = true}};
  command.flags =
      with_registry({{.name = "--wait", .help = "FiftyOne: wait for the change (30m)"}});
  for (cli::Flag& flag : wait_flags()) command.flags.push_back(flag);
  for (cli::Flag& flag : profile_flags()) command.flags.push_back(flag);
  command.group = "Set up";
  command.run = refresh;
  return command;
}

}  // namespace orch::commands
