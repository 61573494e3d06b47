#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/api.h"
#include "commands/commands.h"
#include "commands/provision.h"
#include "commands/registry.h"
#include "control/emit_python.h"
#include "control/orchestrator_spec.h"
#include "ops/register.h"
#include "ops/register_file.h"
#include "provider/environment.h"

namespace orch::commands {
namespace {

using cli::Invocation;

// As the shell's names go: what looks like a path is one.
bool is_path(std::string_view word) {
  return word == "-" || word.find('/') != std::string_view::npos || word.starts_with('.') ||
         word.ends_with(".yaml") || word.ends_with(".yml") || word.ends_with(".json");
}

Result<int> print_template(Invocation& run, const std::string& environment) {
  ORCH_TRY(run.out.write(control::orchestrator_template(environment)));
  return 0;
}

ops::RegisterArguments arguments_of(Invocation& run) {
  ops::RegisterArguments arguments;
  const std::string first(run.positional(0));
  if (run.args.has("--file") || is_path(first)) {
    arguments.file = first;
  } else {
    arguments.name = first;
  }
  arguments.environment = run.args.get("--environment").value_or("");
  arguments.registry = run.args.get("--registry").value_or("");
  arguments.description = run.args.get("--description").value_or("");
  arguments.has_description = run.args.has("--description");
  for (const std::string& value : run.args.all("--config")) {
    if (cli::is_config_pair(value)) arguments.config.push_back(value);
  }
  arguments.secrets = run.args.all("--secret");
  arguments.secret_names = run.args.all("--secret-name");
  arguments.set = run.args.all("--set");
  arguments.current_directory = current_directory();
  return arguments;
}

std::string change_line(const ops::Change& change, bool dry_run) {
  const bool as_it_was = change.mark == '=';
  return fmt::format("{} {}{}{}", change.mark, change.what,
                     change.detail.empty() ? "" : ": " + printable(change.detail),
                     as_it_was && !dry_run ? " (unchanged)" : "");
}

doc::Value reply_document(const ops::RegisterPlan& plan, const control::Orchestrator& orchestrator,
                          const control::Registry& registry, bool changed) {
  doc::Value value = ops::to_value(orchestrator);
  value.set("registry", registry.traits().id);
  value.set("changed", changed);
  value.set("changes", ops::to_value(plan.changes));
  return value;
}

Status print_reply(Invocation& run, const ops::RegisterPlan& plan,
                   const control::Orchestrator& orchestrator, const control::Registry& registry,
                   bool changed, const std::vector<http::Request>& requests = {}) {
  doc::Value value = reply_document(plan, orchestrator, registry, changed);
  doc::Value::Array lines;
  for (const http::Request& request : requests) lines.emplace_back(request_line(request));
  if (run.options.dry_run) value.set("requests", lines);
  return run.print.document(
      value,
      [&] {
        std::string text;
        for (const ops::Change& change : plan.changes) {
          text += change_line(change, run.options.dry_run) + "\n";
        }
        for (const doc::Value& line : lines) text += "  " + *line.string() + "\n";
        return text;
      },
      "name");
}

// Which identity later commands act under, and whether a refresh is needed.
void say_what_next(const control::OrchestratorSpec& spec) {
  const doc::Value* profile = spec.auth.find("databricks_profile");
  if (profile && profile->string()) {
    log_note(fmt::format("later commands sign in with the Databricks profile {}",
                         printable(*profile->string())));
  } else if (spec.environment != "local") {
    log_note(
        fmt::format("later commands sign in with what the environment says for {}; `auth:` in "
                    "the file names another identity",
                    spec.environment));
  }
  const doc::Value* plugins = spec.config.find("pluginsDir");
  if (plugins != nullptr) {
    log_note(
        fmt::format("it has a plugin directory: `orch refresh {}` shows what is in it", spec.name));
  }
}

Result<int> register_one(Invocation& run) {
  if (const auto environment = run.args.get("--init")) return print_template(run, *environment);
  if (run.positional(0).empty()) {
    return fail(
        ErrorCode::usage, "which orchestrator is missing",
        "orch register FILE, or orch register NAME --environment E …; `orch register --init "
        "E` prints a file to begin with");
  }
  ops::RegisterRequest request;
  request.spec = ORCH_TRY(ops::read_orchestrator(arguments_of(run), run.env));
  if (run.args.has("--emit-python")) {
    ORCH_TRY(run.out.write(ORCH_TRY(control::emit_python(request.spec))));
    return 0;
  }
  request.replace = run.args.has("--replace");
  request.reuse_existing = run.args.has("--reuse-existing");
  request.overwrite_secrets = run.args.has("--overwrite-secrets");
  request.dry_run = run.options.dry_run;
  for (const std::string& warning : request.spec.warnings) log_warning(warning);
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry =
      ORCH_TRY(open_registry(run, store, {request.spec.registry, {}, request.spec.environment}));
  log_note(
      fmt::format("registering {} at {}", printable(request.spec.name), registry->traits().where));
  Provisioned provisioned;
  if (!request.spec.provision.is_null()) {
    provisioned = ORCH_TRY(provision(run, request.spec, *registry, store));
  }
  ops::RegisterPlan plan =
      ORCH_TRY(ops::plan_register(request, *registry, store, secret_reader(run)));
  plan.changes.insert(plan.changes.begin(), provisioned.changes.begin(), provisioned.changes.end());
  for (const std::string& warning : plan.warnings) log_warning(warning);
  if (run.options.dry_run) {
    ORCH_TRY(print_reply(run, plan, plan.wanted, *registry, false, provisioned.requests));
    return 0;
  }
  const ops::RegisterReply reply =
      ORCH_TRY(ops::run_register(plan, *registry, store, system_clock()));
  if (reply.resumed) log_note("took up an earlier register that was interrupted");
  ORCH_TRY(print_reply(run, plan, reply.orchestrator, *registry, reply.changed));
  say_what_next(request.spec);
  return 0;
}

std::vector<std::string_view> environment_ids() {
  std::vector<std::string_view> ids;
  for (const auto& one : provider::all_environments()) ids.push_back(one.id);
  return ids;
}

}  // namespace

cli::Command register_command() {
  cli::Command command;
  command.name = "register";
  command.summary = "create or update an orchestrator and its secrets";
  command.details =
      "From a file (`orch register --init databricks` prints one with every key) or from flags. "
      "New "
      "secrets are stored first, then the registration refers to them by name. Run again it "
      "changes "
      "nothing, or only what the file changed; what fails half way is undone or taken up by the "
      "next run.\n\n"
      "`--config key=value` sets a key of the registration; without a `=` it is orch's own config "
      "file, as everywhere.";
  command.examples = {
      {"a file to begin with", "orch register --init databricks > gpu.yaml"},
      {"what would change", "orch register gpu.yaml --dry-run"},
      {"without a file", "orch register gpu --environment anyscale --secret authToken=env:TOKEN"},
      {"with secrets that exist",
       "orch register gpu --environment anyscale --secret authToken=ref:AUTH_TOKEN_GPU"}};
  command.positionals = {{"FILE", "the orchestrator's file, `-` for standard input, or its NAME",
                          cli::Completes::file}};
  command.flags = {
      {.name = "--init",
       .value = "ENV",
       .help = "print a commented file for this environment and end",
       .choices = environment_ids()},
      {.name = "--environment",
       .value = "E",
       .help = "where it runs",
       .choices = environment_ids()},
      {.name = "--description", .value = "TEXT", .help = "for people"},
      {.name = "--secret",
       .value = "FIELD=SOURCE",
       .help = "a credential: ref:NAME, env:VAR, file:PATH, stdin or prompt",
       .repeatable = true},
      {.name = "--secret-name",
       .value = "FIELD=NAME",
       .help = "the name of a new secret, where the rule's name will not do",
       .repeatable = true},
      {.name = "--set",
       .value = "PATH=VALUE",
       .help = "override a field of the file",
       .repeatable = true},
      {.name = "--reuse-existing", .help = "where a new secret's name is taken, use what is there"},
      {.name = "--overwrite-secrets", .help = "store the values again, also over existing secrets"},
      {.name = "--emit-python",
       .help = "print the calls of FiftyOne's Python SDK that would do it, and end"},
      {.name = "--replace", .help = "delete and register again where a registry has no update"}};
  command.flags = with_registry(std::move(command.flags));
  for (cli::Flag& flag : profile_flags()) command.flags.push_back(flag);
  command.group = "Set up";
  command.config_takes_pairs = true;
  command.run = register_one;
  return command;
}

}  // namespace orch::commands
