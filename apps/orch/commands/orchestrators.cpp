#include "commands/orchestrators.h"

#include <fmt/core.h>

#include "base/log.h"
#include "base/text.h"
#include "commands/commands.h"
#include "commands/job_wait.h"
#include "commands/provision.h"
#include "commands/registry.h"
#include "commands/runs.h"
#include "ops/orchestrators.h"
#include "ops/register.h"
#include "ops/runs.h"
#include "provider/provider.h"
#include "store/orchestrators.h"

namespace orch::commands {
namespace {

using cli::Invocation;

Result<std::optional<store::Store>> store_if_any(Invocation& run) {
  return store::Store::open_existing(ORCH_TRY(run.state_directory()));
}

output::Listing orchestrator_listing() {
  return {
      .name = "orchestrators",
      .id = "name",
      .columns = {{.key = "name"},
                  {.key = "environment"},
                  {.key = "registry"},
                  {.key = "operators", .right = true},
                  {.key = "updated"},
                  {.key = "description", .optional = true, .elastic = true}},
      .empty =
          "no orchestrators yet; `orch register --init databricks` prints a file to begin with"};
}

// What this machine knows; FiftyOne itself is asked only when told to.
Result<int> list(Invocation& run) {
  output::Listing listing = orchestrator_listing();
  const std::string asked = run.args.get("--registry").value_or("");
  if (asked == "fiftyone") {
    store::Store store = ORCH_TRY(open_store(run));
    const auto registry = ORCH_TRY(open_registry(run, store, {}));
    for (const std::string& name : ORCH_TRY(registry->list())) {
      const auto found = ORCH_TRY(registry->find(name));
      if (found) listing.rows.push_back(ops::to_row(*found, registry->traits().id));
    }
  } else if (auto store = ORCH_TRY(store_if_any(run))) {
    listing.rows = ORCH_TRY(ops::known_orchestrators(*store, asked));
  }
  ORCH_TRY(run.print.list(listing));
  return 0;
}

struct Opened {
  store::Store store;
  std::unique_ptr<control::Registry> registry;
  control::Orchestrator orchestrator;
};

// The registry keeps a reference to the store, which must not move any more.
Result<std::unique_ptr<Opened>> open(Invocation& run, std::string_view word) {
  const std::string name = orchestrator_name(word);
  auto opened = std::make_unique<Opened>(Opened{ORCH_TRY(open_store(run)), nullptr, {}});
  opened->registry = ORCH_TRY(open_registry(run, opened->store, {{}, name, {}}));
  opened->orchestrator = ORCH_TRY(find_orchestrator(*opened->registry, name));
  return opened;
}

// The store's own words about jobs, and a near orchestrator when there is one.
Error no_such_name(const std::string& name, Error error, const doc::Value::Array& known) {
  if (known.empty()) {
    error.message = fmt::format("there is no job or orchestrator {}", printable(name));
    error.hint = "`orch list jobs` and `orch list orchestrators` show what exists";
    return error;
  }
  std::vector<std::string> names;
  for (const doc::Value& row : known) names.push_back(*row.find("name")->string());
  if (const auto meant = nearest(name, names)) {
    error.message = fmt::format("there is no job or orchestrator {}; did you mean {}?",
                                printable(name), *meant);
  }
  error.hint =
      "`orch list jobs` and `orch list orchestrators` show what exists; --registry fiftyone looks "
      "for an "
      "orchestrator that was registered elsewhere";
  return error;
}

Result<std::vector<store::RunRow>> last_runs(Invocation& run, const std::string& name,
                                             const std::string& registry) {
  const auto remote = ORCH_TRY(open_remote(run, name, registry));
  return ops::list_remote_runs(remote->orchestrator, *remote->commands, remote->store, 1);
}

}  // namespace

Result<bool> means_orchestrator(Invocation& run, std::string_view word) {
  if (word.starts_with("job/")) return false;
  if (word.starts_with("orchestrator/") || run.args.has("--registry")) return true;
  auto store = ORCH_TRY(store_if_any(run));
  if (!store) return false;  // then there is no job of that name either
  const std::string name(word);
  const bool known = ORCH_TRY(store::orchestrator(*store, "local", name)).has_value() ||
                     ORCH_TRY(store::orchestrator(*store, "fiftyone", name)).has_value();
  const auto job = store->find_job(name);
  if (!known && !job)
    return fail(no_such_name(name, job.error(), ORCH_TRY(ops::known_orchestrators(*store, {}))));
  if (!known || !job) return known;
  return fail(ErrorCode::ambiguous_name,
              fmt::format("{} is a job and an orchestrator", printable(name)));
}

Result<int> describe_orchestrator(Invocation& run, std::string_view word) {
  const auto opened = ORCH_TRY(open(run, word));
  doc::Value value = ops::to_value(opened->orchestrator);
  value.set("registry", opened->registry->traits().id);
  value.set("at", opened->registry->traits().where);
  ORCH_TRY(run.print.document(
      value, [&] { return doc::to_yaml(value); }, "name"));
  return 0;
}

Result<int> orchestrator_status(Invocation& run, std::string_view word) {
  const auto opened = ORCH_TRY(open(run, word));
  doc::Value value = ORCH_TRY(ops::orchestrator_status(opened->orchestrator, *opened->registry,
                                                       opened->store, system_clock()));
  const provider::Descriptor* provider = provider::find_provider(opened->orchestrator.environment);
  if (provider != nullptr && provider->commands != nullptr) {
    ops::add_last_run(value, last_runs(run, opened->orchestrator.name,
                                       std::string(opened->registry->traits().id)));
  }
  ORCH_TRY(run.print.document(
      value, [&] { return ops::status_text(value); }, "name"));
  return 0;
}

Result<int> delete_orchestrator(Invocation& run, std::string_view word) {
  const std::string name = orchestrator_name(word);
  store::Store store = ORCH_TRY(open_store(run));
  const auto registry = ORCH_TRY(open_registry(run, store, {{}, name, {}}));
  const auto begun = ORCH_TRY(ops::interrupted_delete(name, *registry, store));
  const auto there = ORCH_TRY(registry->find(name));
  if (!there && !begun) ORCH_TRY(find_orchestrator(*registry, name));  // says what is near
  const ops::DeletePlan plan =
      there ? ORCH_TRY(ops::plan_delete(*there, *registry, run.args.has("--delete-secrets")))
            : *begun;
  for (const std::string& kept : plan.kept) log_note(kept);
  const std::string made = ORCH_TRY(made_resources_text(name, *registry, store));
  const bool takes_down = run.args.has("--resources") && !made.empty();
  if (!made.empty() && !takes_down) log_note("orch made " + made + "; --resources takes them down");
  const std::string what = fmt::format(
      "the registration of {} at {}{}{}", printable(name), registry->traits().where,
      plan.secrets.empty() ? "" : fmt::format(", with the secrets {}", join(plan.secrets, ", ")),
      takes_down ? fmt::format(", and {}", made) : "");
  if (run.options.dry_run) {
    log_note("would delete " + what);
    return 0;
  }
  ORCH_TRY(run.confirm(fmt::format("delete {}?", what)));
  if (takes_down) ORCH_TRY(take_down_resources(run, name, *registry, store));
  ORCH_TRY(ops::delete_orchestrator(name, plan, *registry, store, system_clock()));
  log_note("deleted " + what);
  return 0;
}

cli::Command list_orchestrators_command() {
  cli::Command command;
  command.name = "list orchestrators";
  command.summary = "list the orchestrators that this machine knows";
  command.details =
      "Those registered on this machine and, with FiftyOne, from it. --registry fiftyone asks "
      "FiftyOne "
      "itself, also for those registered elsewhere.";
  command.examples = {{"the names alone", "orch list orchestrators -o name"}};
  command.flags = registry_flags();
  command.group = "Inspect";
  command.read_only = true;
  command.run = list;
  return command;
}

}  // namespace orch::commands
