// secret set|info|delete, list secrets.
#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "commands/registry.h"
#include "ops/rotate.h"
#include "secrets/naming.h"

namespace orch::commands {
namespace {

using cli::Invocation;

doc::Value time_of(std::int64_t ms) {
  if (ms == 0) return {};
  return rfc3339(from_unix_ms(ms));
}

doc::Value to_value(const secrets::SecretInfo& secret) {
  doc::Value value = doc::Value::Object{};
  value.set("name", secret.name);
  value.set("description", secret.description);
  value.set("created", time_of(secret.created_ms));
  value.set("updated", time_of(secret.updated_ms));
  return value;
}

const std::vector<output::Column>& columns() {
  static const std::vector<output::Column> all = {{"name", "NAME"},
                                                  {"created", "CREATED"},
                                                  {"updated", "UPDATED"},
                                                  {.key = "description", .elastic = true}};
  return all;
}

// Standard input unless the flag says otherwise; a person at a terminal is asked.
Result<secrets::Source> source_of(Invocation& run) {
  if (const auto from = run.args.get("--from")) {
    return secrets::parse_value_source(*from, current_directory());
  }
  secrets::Source source;
  source.from = run.terminal.stdin_tty ? secrets::Source::From::prompt
                                       : secrets::Source::From::standard_input;
  return source;
}

Result<int> set(Invocation& run) {
  const std::string name(run.positional(0));
  if (!secrets::is_secret_name(name)) {
    return fail(ErrorCode::invalid_value,
                fmt::format("{} cannot be a secret's name", printable(name)),
                "use capitals, digits and underscores: MY_SECRET_KEY");
  }
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {}));
  const bool exists = ORCH_TRY(registry->find_secret(name)).has_value();
  const std::string description = run.args.get("--description").value_or("");
  if (run.options.dry_run) {
    log_note(fmt::format("would {} secret {} at {}", exists ? "replace" : "make", name,
                         registry->traits().where));
    return 0;
  }
  const std::string value =
      ORCH_TRY(secrets::read_value(name, ORCH_TRY(source_of(run)), secret_reader(run)));
  ORCH_TRY(exists ? registry->update_secret(name, value)
                  : registry->add_secret(name, value, description));
  log_note(fmt::format("{} secret {} at {}", exists ? "replaced" : "made", name,
                       registry->traits().where));
  return 0;
}

Result<secrets::SecretInfo> existing(control::Registry& registry, const std::string& name) {
  auto found = ORCH_TRY(registry.find_secret(name));
  if (found) return std::move(*found);
  const auto meant = nearest(name, ORCH_TRY(registry.list_secrets()));
  return fail(ErrorCode::not_found,
              fmt::format("{} has no secret {}{}", registry.traits().where, printable(name),
                          meant ? fmt::format("; did you mean {}?", *meant) : ""),
              "`orch list secrets` shows their names");
}

Result<int> info(Invocation& run) {
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {}));
  const doc::Value value = to_value(ORCH_TRY(existing(*registry, std::string(run.positional(0)))));
  ORCH_TRY(run.print.fields(value, columns(), "name"));
  return 0;
}

Result<int> remove(Invocation& run) {
  const std::string name(run.positional(0));
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {}));
  ORCH_TRY(existing(*registry, name));
  for (const std::string& user : ORCH_TRY(ops::users_of_secret(*registry, name))) {
    log_warning(fmt::format("{} is used by the orchestrator {}", name, printable(user)));
  }
  if (run.options.dry_run) {
    log_note(fmt::format("would delete secret {} at {}", name, registry->traits().where));
    return 0;
  }
  ORCH_TRY(run.confirm(fmt::format("delete secret {} at {}?", name, registry->traits().where)));
  ORCH_TRY(registry->remove_secret(name));
  log_note("deleted secret " + name);
  return 0;
}

Result<int> list(Invocation& run) {
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {}));
  output::Listing listing{.name = "secrets",
                          .id = "name",
                          .columns = columns(),
                          .empty = "no secrets yet; `orch secret set NAME` makes one"};
  for (const std::string& name : ORCH_TRY(registry->list_secrets())) {
    const auto secret = ORCH_TRY(registry->find_secret(name));
    if (secret) listing.rows.push_back(to_value(*secret));
  }
  ORCH_TRY(run.print.list(listing));
  return 0;
}

const std::vector<cli::Positional>& one_secret() {
  static const std::vector<cli::Positional> positionals = {
      {.name = "NAME", .help = "the secret's name: MY_SECRET_KEY", .required = true}};
  return positionals;
}

cli::Command secret_command(std::string_view name, std::string_view summary,
                            std::function<Result<int>(Invocation&)> run) {
  cli::Command command;
  command.name = name;
  command.summary = summary;
  command.positionals = one_secret();
  command.flags = registry_flags();
  command.group = "Set up";
  command.run = std::move(run);
  return command;
}

}  // namespace

cli::Command secret_set_command() {
  cli::Command command = secret_command("secret set", "store a secret, or a new value of it", set);
  command.details =
      "The value is read from standard input, or asked for on a terminal: it never stands on a "
      "command line. One newline at its end is taken off. On this machine secrets are encrypted "
      "with a key from ORCH_VAULT_KEY_FILE, or one that is made beside the state on first use.";
  command.examples = {{"from a variable", "orch secret set API_TOKEN --from env:API_TOKEN"},
                      {"from a file", "orch secret set API_TOKEN --from file:token.txt"},
                      {"typed in", "orch secret set API_TOKEN --from prompt"}};
  command.flags.insert(
      command.flags.begin(),
      {{.name = "--from", .value = "SOURCE", .help = "env:VAR, file:PATH, stdin or prompt"},
       {.name = "--description", .value = "TEXT", .help = "for people"}});
  return command;
}

cli::Command secret_info_command() {
  cli::Command command =
      secret_command("secret info", "show when a secret was stored, not its value", info);
  command.examples = {{"one secret", "orch secret info API_TOKEN"}};
  command.read_only = true;
  return command;
}

cli::Command secret_delete_command() {
  cli::Command command = secret_command("secret delete", "forget a secret", remove);
  command.examples = {{"without being asked", "orch secret delete API_TOKEN --yes"}};
  return command;
}

cli::Command list_secrets_command() {
  cli::Command command;
  command.name = "list secrets";
  command.summary = "list the names of secrets, never their values";
  command.examples = {{"the names alone", "orch list secrets -o name"}};
  command.flags = registry_flags();
  command.group = "Inspect";
  command.read_only = true;
  command.run = list;
  return command;
}

}  // namespace orch::commands
