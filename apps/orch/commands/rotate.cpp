// rotate-secret, refresh.
#include <fmt/core.h>
#include <unistd.h>

#include <thread>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "commands/registry.h"
#include "ops/refresh.h"
#include "ops/register.h"
#include "ops/rotate.h"

namespace orch::commands {
namespace {

using cli::Invocation;

constexpr auto kLookEvery = std::chrono::seconds(5);
constexpr auto kUsualWait = std::chrono::minutes(30);

Result<secrets::Source> new_value(Invocation& run) {
  const auto from = run.args.get("--from");
  if (!from) {
    return fail(ErrorCode::usage, "where the new value comes from is missing",
                "give --from env:VAR, file:PATH, stdin or prompt");
  }
  return secrets::parse_value_source(*from, current_directory());
}

void warn_of_consumers(const ops::RotatePlan& plan, const control::Registry& registry) {
  for (const std::string& other : plan.shared) {
    log_warning(fmt::format("{} uses {}, too: it gets the new value with it", printable(other),
                            plan.secret));
  }
  if (registry.traits().id == "fiftyone") {
    log_note("FiftyOne's services keep a value for up to 120 s: retire the old one after that");
  }
}

Result<int> rotate(Invocation& run) {
  const std::string name = orchestrator_name(run.positional(0));
  ops::RotateRequest request;
  request.source = ORCH_TRY(new_value(run));
  request.field = run.args.get("--key").value_or("");
  request.dry_run = run.options.dry_run;
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {{}, name, {}}));
  request.orchestrator = ORCH_TRY(find_orchestrator(*registry, name));
  const ops::RotatePlan plan = ORCH_TRY(ops::plan_rotate(request, *registry, secret_reader(run)));
  if (!plan.unchanged && !request.dry_run) {
    ORCH_TRY(ops::run_rotate(plan, name, *registry, store, system_clock()));
  }
  doc::Value value;
  value.set("name", name);
  value.set("field", plan.field);
  value.set("secret", plan.secret);
  value.set("changed", !plan.unchanged && !request.dry_run);
  value.set("shared", doc::Value::Array(plan.shared.begin(), plan.shared.end()));
  ORCH_TRY(run.print.document(
      value,
      [&] {
        return fmt::format("{} secret {} ({}): from {}{}", plan.unchanged ? '=' : '~', plan.secret,
                           plan.field, secrets::show(request.source),
                           plan.unchanged ? " (unchanged)" : "");
      },
      "secret"));
  if (!plan.unchanged) warn_of_consumers(plan, *registry);
  return 0;
}

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

// No call starts it: a button in FiftyOne does.
Result<ops::RefreshReply> refresh_by_hand(Invocation& run, const control::Orchestrator& before,
                                          control::Registry& registry) {
  log_note(fmt::format("in FiftyOne: Settings, Orchestrators, {}, Refresh (an admin may)",
                       printable(before.name)));
  if (!run.args.has("--wait")) {
    return fail(ErrorCode::not_confirmed,
                fmt::format("{} was not refreshed from here", printable(before.name)),
                "press Refresh there and run this with --wait to see what changed");
  }
  return ops::await_refresh(before, registry, system_clock(),
                            run.options.timeout.value_or(kUsualWait),
                            [] { std::this_thread::sleep_for(kLookEvery); });
}

Result<int> refresh(Invocation& run) {
  const std::string name = orchestrator_name(run.positional(0));
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {{}, name, {}}));
  const control::Orchestrator before = ORCH_TRY(find_orchestrator(*registry, name));
  const bool here = registry->traits().id == "local";
  const ops::RefreshReply reply =
      ORCH_TRY(here ? ops::refresh_local(before, store, run.env, system_clock())
                    : refresh_by_hand(run, before, *registry));
  for (const std::string& problem : reply.problems) log_warning(problem);
  ORCH_TRY(run.print.document(
      to_value(reply), [&] { return changes_text(reply); }, "name"));
  return reply.problems.empty() ? 0 : traits(ErrorCode::partly_failed).exit_status;
}

const std::vector<cli::Positional>& one_orchestrator() {
  static const std::vector<cli::Positional> positionals = {{.name = "NAME",
                                                            .help = "the orchestrator",
                                                            .completes = cli::Completes::name,
                                                            .required = true}};
  return positionals;
}

}  // namespace

cli::Command rotate_secret_command() {
  cli::Command command;
  command.name = "rotate-secret";
  command.summary = "store a new value for an orchestrator's credential";
  command.details =
      "The secret's name is the one in the registration. Without --key it is the only secret, else "
      "clientSecret with Databricks, authToken with Anyscale. Other orchestrators that use the "
      "same "
      "secret are named. Interrupted, it is run again with the same value.";
  command.examples = {
      {"a new client secret", "orch rotate-secret gpu --from env:NEW_CLIENT_SECRET"},
      {"another field, typed in", "orch rotate-secret gpu --key host --from prompt"}};
  command.positionals = one_orchestrator();
  command.flags = with_registry(
      {{.name = "--key", .value = "FIELD", .help = "which secret: clientSecret, authToken, …"},
       {.name = "--from", .value = "SOURCE", .help = "env:VAR, file:PATH, stdin or prompt"}});
  command.group = "Set up";
  command.run = rotate;
  return command;
}

cli::Command refresh_command() {
  cli::Command command;
  command.name = "refresh";
  command.summary = "let an orchestrator report the operators of its plugins";
  command.details =
      "On this machine: lists the plugins of config.pluginsDir. With FiftyOne a button starts it; "
      "--wait waits until the registration shows the change (exit status 13 until then). Operators "
      "that came and went are shown.";
  command.examples = {
      {"an orchestrator of this machine", "orch refresh tools"},
      {"wait for the run that the button started", "orch refresh gpu --wait --timeout 20m"}};
  command.positionals = one_orchestrator();
  command.flags =
      with_registry({{.name = "--wait", .help = "FiftyOne: wait for the change (30m)"}});
  command.group = "Set up";
  command.run = refresh;
  return command;
}

}  // namespace orch::commands
