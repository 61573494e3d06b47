// rotate-secret.
#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/api.h"
#include "commands/commands.h"
#include "commands/registry.h"
#include "ops/register_steps.h"
#include "ops/rotate.h"
#include "ops/runs.h"
#include "provider/environment.h"
#include "provider/provider.h"

namespace orch::commands {
namespace {

using cli::Invocation;

// What --from says; nullopt: `generate`.
Result<std::optional<secrets::Source>> new_value(Invocation& run) {
  const auto from = run.args.get("--from");
  if (!from) {
    return fail(ErrorCode::usage, "where the new value comes from is missing",
                "give --from env:VAR, file:PATH, stdin, prompt, or generate");
  }
  if (*from == "generate") return std::optional<secrets::Source>();
  auto source = secrets::parse_value_source(*from, current_directory());
  if (!source) source.error().hint = "give env:VAR, file:PATH, stdin, prompt, or generate";
  return std::optional(ORCH_TRY(std::move(source)));
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

// "databricks_scope:NAME/KEY": who stores there, and where.
struct Target {
  const provider::Descriptor* provider = nullptr;
  std::string place;
};
Result<std::optional<Target>> wanted_target(Invocation& run) {
  const auto given = run.args.get("--target");
  if (!given) return std::optional<Target>();
  const std::string kind = given->substr(0, given->find(':'));
  std::vector<std::string> known;
  for (const provider::Descriptor& provider : provider::all_providers()) {
    if (provider.store_at_target == nullptr) continue;
    if (provider.target == kind && kind.size() < given->size()) {
      return std::optional(Target{&provider, given->substr(kind.size() + 1)});
    }
    known.push_back(fmt::format("{}:…", provider.target));
  }
  return fail(ErrorCode::usage, fmt::format("{} is no target", printable(*given)),
              "targets are " + join(known, ", "));
}

// A secret of the orchestrator that the registry can read back; empty otherwise.
Result<std::string> readable(const control::Orchestrator& orchestrator, const char* field,
                             control::Registry& registry) {
  const auto found = orchestrator.secrets.find(field);
  if (found == orchestrator.secrets.end() || !registry.traits().reads_values) return std::string();
  return registry.secret_value(found->second);
}

// The provider's part of a rotation; nothing where it has none, or only a value is stored.
struct Provider {
  Api api;
  std::unique_ptr<provider::Credentials> credentials;

  explicit Provider(Invocation& run) : api(run) {}
};

Status open_provider(Invocation& run, const control::Orchestrator& orchestrator,
                     control::Registry& registry, store::Store& store, const std::string& field,
                     bool must, Provider& opened) {
  const provider::Descriptor* provider = provider::find_provider(orchestrator.environment);
  const provider::Environment* environment = provider::find_environment(orchestrator.environment);
  if (!must && (environment == nullptr || environment->rotated != field)) return {};
  if (provider == nullptr || provider->credentials == nullptr) {
    if (!must) return {};
    return fail(
        ErrorCode::unsupported,
        fmt::format("this version of orch makes no credentials for {}", orchestrator.environment),
        "make one there and give it with --from env:VAR, file:PATH, stdin or prompt");
  }
  provider::Session session = ORCH_TRY(opened.api.session(orchestrator.environment));
  const auto row = ORCH_TRY(store::orchestrator(store, registry.traits().id, orchestrator.name));
  if (row) session.auth = ORCH_TRY(ops::auth_of(*row));
  session.admin = true;
  provider::CredentialsOf whose{
      run.args.get("--client-id").value_or(ORCH_TRY(readable(orchestrator, "clientId", registry))),
      ORCH_TRY(readable(orchestrator, "host", registry))};
  auto credentials = provider->credentials(session, whose);
  // A given value is only proved: without a sign-in of its own it is stored all the same.
  if (!credentials && !must) {
    log_warning(
        fmt::format("the new value cannot be proved from here: {}", credentials.error().message));
    return {};
  }
  opened.credentials = ORCH_TRY(std::move(credentials));
  if (must && !opened.credentials->makes(field)) {
    return fail(ErrorCode::unsupported, fmt::format("{} cannot be generated", field),
                "give its value with --from env:VAR, file:PATH, stdin or prompt");
  }
  return {};
}

std::string reply_text(const ops::RotatePlan& plan, const ops::RotateReply& reply,
                       const std::string& from) {
  const bool finished_only = plan.generates && reply.made.id.empty() && !reply.retired.empty();
  std::string text =
      finished_only
          ? std::string()
          : fmt::format("{} secret {} ({}): from {}{}\n", plan.unchanged ? '=' : '~', plan.secret,
                        plan.field, from, plan.unchanged ? " (unchanged)" : "");
  if (!reply.made.id.empty()) {
    text += fmt::format("+ credential {}{}\n", reply.made.id,
                        reply.made.expires.empty() ? "" : ", expires " + reply.made.expires);
  }
  for (const std::string& id : reply.retired) text += fmt::format("- credential {}\n", id);
  return text;
}

// Without an orchestrator: the value goes to the target alone.
Result<int> store_at_target(Invocation& run, const Target& target) {
  const auto source = ORCH_TRY(new_value(run));
  if (!source) {
    return fail(ErrorCode::usage, "whose credential is to be generated is missing",
                "orch rotate-secret NAME --from generate --target …");
  }
  if (run.options.dry_run) {
    log_note(fmt::format("would store a value from {} at {}", secrets::show(*source),
                         *run.args.get("--target")));
    return 0;
  }
  const std::string value = ORCH_TRY(secrets::read_value("--from", *source, secret_reader(run)));
  Api api(run);
  const provider::Session session = ORCH_TRY(api.session(std::string(target.provider->id)));
  ORCH_TRY(target.provider->store_at_target(session, target.place, value));
  log_note(fmt::format("stored at {}", *run.args.get("--target")));
  return 0;
}

Result<int> rotate(Invocation& run) {
  const auto target = ORCH_TRY(wanted_target(run));
  const std::string name = orchestrator_name(run.positional(0));
  if (name.empty() && target) return store_at_target(run, *target);
  if (name.empty()) {
    return fail(ErrorCode::usage, "which orchestrator is missing",
                "orch rotate-secret NAME --from …; without one, --target says where it goes");
  }
  ops::RotateRequest request;
  request.source = ORCH_TRY(new_value(run));
  request.field = run.args.get("--key").value_or("");
  request.dry_run = run.options.dry_run;
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {{}, name, {}}));
  request.orchestrator = ORCH_TRY(find_orchestrator(*registry, name));
  const ops::RotatePlan plan = ORCH_TRY(ops::plan_rotate(request, *registry, secret_reader(run)));
  ops::RotateReply reply;
  if (!plan.unchanged && !request.dry_run) {
    Provider provider(run);
    ORCH_TRY(open_provider(run, request.orchestrator, *registry, store, plan.field, plan.generates,
                           provider));
    ops::RotateParts parts;
    parts.credentials = provider.credentials.get();
    parts.wait = [&provider](Duration pause) { return provider.api.wait(pause); };
    parts.keeps_old = run.args.has("--keep-old");
    parts.grace = ORCH_TRY(run.duration("--grace")).value_or(Duration::zero());
    parts.old_id = run.args.get("--old-secret-id").value_or("");
    std::optional<Api> target_api;
    std::optional<provider::Session> session;
    if (target) {
      target_api.emplace(run);
      session.emplace(ORCH_TRY(target_api->session(std::string(target->provider->id))));
      parts.target = [&](const std::string& value) {
        return target->provider->store_at_target(*session, target->place, value);
      };
    }
    if (const auto useless = run.args.get("--prune"); useless && parts.credentials != nullptr) {
      ORCH_TRY(parts.credentials->retire(*useless));
    }
    reply = ORCH_TRY(ops::run_rotate(plan, name, parts, *registry, store, system_clock()));
  }
  for (const std::string& kept : reply.kept) log_note(kept);
  const std::string from = plan.generates ? "the provider" : secrets::show(*request.source);
  doc::Value value;
  value.set("name", name);
  value.set("field", plan.field);
  value.set("secret", plan.secret);
  value.set("changed",
            !plan.unchanged && !request.dry_run && (!plan.generates || !reply.made.id.empty()));
  value.set("credential", reply.made.id.empty() ? doc::Value() : doc::Value(reply.made.id));
  value.set("expires", reply.made.expires.empty() ? doc::Value() : doc::Value(reply.made.expires));
  value.set("retired", doc::Value::Array(reply.retired.begin(), reply.retired.end()));
  value.set("shared", doc::Value::Array(plan.shared.begin(), plan.shared.end()));
  ORCH_TRY(run.print.document(
      value, [&] { return reply_text(plan, reply, from); }, "secret"));
  if (!plan.unchanged) warn_of_consumers(plan, *registry);
  return 0;
}

}  // namespace

cli::Command rotate_secret_command() {
  cli::Command command;
  command.name = "rotate-secret";
  command.summary = "replace an orchestrator's credential by a new one";
  command.details =
      "The secret's name is the one in the registration. Without --key it is the only secret, else "
      "clientSecret with Databricks, authToken with Anyscale. A new value is proved against the "
      "provider before and after it is stored. `--from generate` lets the provider make it (a "
      "Databricks service principal's secret); the old one is deleted last. Other orchestrators "
      "that use the same secret are named. Interrupted, it is run again.";
  command.examples = {
      {"a new client secret, made and proved", "orch rotate-secret gpu --from generate"},
      {"one that you have", "orch rotate-secret gpu --from env:NEW_CLIENT_SECRET"},
      {"another field, typed in", "orch rotate-secret gpu --key host --from prompt"},
      {"a value for a Databricks scope, without an orchestrator",
       "orch rotate-secret --from env:URI --target databricks_scope:orch/URI"}};
  command.positionals = {
      {.name = "NAME", .help = "the orchestrator", .completes = cli::Completes::name}};
  command.flags = with_registry(
      {{.name = "--key", .value = "FIELD", .help = "which secret: clientSecret, authToken, …"},
       {.name = "--from",
        .value = "SOURCE",
        .help = "env:VAR, file:PATH, stdin, prompt, or generate"},
       {.name = "--target",
        .value = "TARGET",
        .help = "store it there as well: databricks_scope:SCOPE/KEY"},
       {.name = "--keep-old", .help = "generate: leave the old credential"},
       {.name = "--grace", .value = "DUR", .help = "generate: wait before the old one is deleted"},
       {.name = "--old-secret-id", .value = "ID", .help = "generate: which one is the old one"},
       {.name = "--prune", .value = "ID", .help = "generate: delete this unused one first"},
       {.name = "--client-id",
        .value = "ID",
        .help = "the service principal, where the registry cannot be read back"}});
  for (cli::Flag& flag : profile_flags()) command.flags.push_back(flag);
  command.group = "Set up";
  command.run = rotate;
  return command;
}

}  // namespace orch::commands
