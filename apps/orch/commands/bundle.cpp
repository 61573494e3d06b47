#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "commands/commands.h"
#include "ops/bundle.h"
#include "ops/deploy.h"

namespace orch::commands {
namespace {

using cli::Invocation;
using ops::FileState;

constexpr std::string_view kUsualDirectory = "docker-compose-gen";
constexpr std::size_t kMostShown = 20;  // of one state; -o json lists all

// Only what is not as it should be, and a line that counts.
std::string to_text(const ops::Comparison& comparison) {
  std::string text;
  std::string counts;
  for (const FileState state : {FileState::create, FileState::update, FileState::missing,
                                FileState::stale, FileState::edited, FileState::foreign}) {
    const auto rows = comparison.of(state);
    for (std::size_t i = 0; i < std::min(rows.size(), kMostShown); ++i) {
      text += fmt::format("{:<8} {}\n", to_text(state), printable(rows[i]->path));
    }
    if (rows.size() > kMostShown) {
      text += fmt::format("{:<8} … and {} more\n", to_text(state), rows.size() - kMostShown);
    }
    if (!rows.empty()) counts += fmt::format("{} {}, ", rows.size(), to_text(state));
  }
  return text + fmt::format("{}{} unchanged in {}\n", counts,
                            comparison.of(FileState::unchanged).size(), comparison.directory);
}

std::string to_text(const ops::DeployPlan& plan) {
  std::string text = fmt::format("deployment {}\n", plan.directory);
  const auto add = [&](std::string_view label, const std::string& what) {
    text += fmt::format("{:<10} {}\n", label, what);
  };
  for (const ops::DeployWrite& write : plan.writes) {
    if (write.is_new) add("copied", write.path);
    if (!write.added.empty())
      add("completed", fmt::format("{}: {}", write.path, join(write.added, ", ")));
  }
  for (const std::string& path : plan.tighten) add("protected", path + ": mode 600 now");
  for (const std::string& what : plan.news) add("news", what);
  for (const std::string& what : plan.to_fill) add("to fill in", what);
  return text;
}

// What stands at the end: nothing but the commands, so that they can be pasted.
std::string commands_text(const ops::DeployPlan& plan, bool base_changed) {
  std::string text;
  for (const std::string& sibling : plan.siblings) {
    text += fmt::format("{} {}\n", "also uses", sibling) +
            (base_changed ? fmt::format("{:<10} its base has changed: run `docker compose up -d` "
                                        "there too\n",
                                        "")
                          : std::string());
  }
  return text + plan.command + "\n";
}

bool base_changes(const ops::Comparison& comparison) {
  return std::any_of(comparison.rows.begin(), comparison.rows.end(), [](const ops::FileRow& row) {
    return row.path.starts_with("base/") && row.state != FileState::unchanged &&
           row.state != FileState::foreign;
  });
}

Status print(Invocation& run, const ops::Bundle& bundle, const ops::Comparison& comparison,
             const std::optional<ops::DeployPlan>& plan) {
  doc::Value value = ops::to_value(bundle, comparison);
  if (plan) value.set("deployment", ops::to_value(*plan));
  return run.print.document(
      value,
      [&] {
        std::string text = to_text(comparison);
        if (plan) text += to_text(*plan) + commands_text(*plan, base_changes(comparison));
        return text;
      },
      "bundle");
}

Result<std::optional<ops::DeployPlan>> plan_deployment(Invocation& run, const ops::Bundle& bundle,
                                                       const std::string& directory) {
  const auto wanted = run.args.get("--deploy");
  if (!wanted) return std::nullopt;
  return ORCH_TRY(ops::plan_deployment(bundle, directory, *wanted, current_directory()));
}

Result<int> print_one_file(Invocation& run, const ops::Bundle& bundle, const std::string& path) {
  std::vector<std::string> known;
  for (const bundle::File& file : bundle.files) {
    if (file.path == path) {
      ORCH_TRY(run.out.write(file.content));
      return 0;
    }
    known.push_back(file.path);
  }
  const auto meant = nearest(path, known);
  return fail(ErrorCode::usage, fmt::format("the bundle has no file {}", printable(path)),
              meant ? fmt::format("did you mean {}?", *meant)
                    : fmt::format("--check -o json lists them; for example {}", known.front()));
}

Result<int> compare(Invocation& run, const ops::Bundle& bundle, const std::string& directory) {
  const ops::Comparison comparison = ORCH_TRY(ops::compare_bundle(bundle, directory));
  const auto plan = ORCH_TRY(plan_deployment(run, bundle, directory));
  if (run.args.has("--diff")) {
    ORCH_TRY(run.out.write(ORCH_TRY(ops::diff_of(comparison))));
  } else {
    ORCH_TRY(print(run, bundle, comparison, plan));
  }
  const bool only_planned = !run.args.has("--diff") && !run.args.has("--check");
  const bool incomplete = plan && !plan->writes.empty();
  if (only_planned || (!comparison.differs() && !incomplete)) return 0;
  return fail(ErrorCode::differences,
              fmt::format("{} differs from what {} makes", directory, run.positional(0)),
              "run it without --check or --diff to write the files");
}

Result<int> write(Invocation& run, const ops::Bundle& bundle, const std::string& directory) {
  auto plan = ORCH_TRY(plan_deployment(run, bundle, directory));
  const ops::WriteReply reply =
      ORCH_TRY(ops::write_bundle(bundle, directory, run.args.has("--force")));
  if (!reply.saved_diff.empty()) {
    log_note(fmt::format("the changes made by hand are kept in {}", reply.saved_diff));
  }
  if (plan) ORCH_TRY(ops::apply_deployment(*plan, directory));
  ORCH_TRY(print(run, bundle, reply.before, plan));
  return 0;
}

Result<int> bundle_gen(Invocation& run) {
  ops::BundleRequest request;
  request.file = std::string(run.positional(0));
  request.current_directory = current_directory();
  request.set = run.args.all("--set");
  const ops::Bundle bundle = ORCH_TRY(ops::load_bundle(request, run.env));
  for (const std::string& warning : bundle.warnings) log_warning(warning);
  if (const auto path = run.args.get("--stdout")) return print_one_file(run, bundle, *path);
  const std::string directory =
      resolve(current_directory(), run.args.get("--out").value_or(std::string(kUsualDirectory)));
  const bool reads_only = run.args.has("--check") || run.args.has("--diff") || run.options.dry_run;
  return reads_only ? compare(run, bundle, directory) : write(run, bundle, directory);
}

}  // namespace

cli::Command bundle_gen_command() {
  cli::Command command;
  command.name = "bundle-gen";
  command.summary = "generate the docker compose directory of a serving bundle";
  command.details =
      "base/ holds the services, example/ what a deployment starts as: a deployment is a copy of "
      "example/ beside it. The same file gives the same bytes everywhere. Files that were changed "
      "by hand stop it before anything is written; files that are no longer needed are removed, "
      "downloaded models are never touched. Run again after an interruption, it completes.\n"
      "With --check or --diff nothing is written and any difference exits with 12.";
  command.examples = {{"generate", "orch bundle-gen bundle.yaml --out docker-compose-gen"},
                      {"generate, and make a deployment of it",
                       "orch bundle-gen bundle.yaml --out docker-compose-gen --deploy prod"},
                      {"in CI: is what is committed up to date?",
                       "orch bundle-gen bundle.yaml --out docker-compose-gen --check"},
                      {"look at one file without writing any",
                       "orch bundle-gen bundle.yaml --stdout base/bundle/docker-compose.yaml"}};
  command.positionals = {{.name = "FILE",
                          .help = "bundle.yaml; `orch config schema Bundle` prints its fields",
                          .completes = cli::Completes::file,
                          .required = true}};
  command.flags = {
      {.name = "--out",
       .value = "DIR",
       .help = "where the files go (docker-compose-gen)",
       .completes = cli::Completes::directory},
      {.name = "--check", .help = "only say what differs"},
      {.name = "--diff", .help = "show what differs, as diff -u does"},
      {.name = "--stdout", .value = "PATH", .help = "print one of its files instead"},
      {.name = "--deploy",
       .value = "DIR",
       .help = "make or complete a deployment, a copy of example/ beside it",
       .completes = cli::Completes::directory},
      {.name = "--force", .help = "overwrite files changed by hand; their diff is kept in .orch/"},
      {.name = "--set",
       .value = "PATH=VALUE",
       .help = "override a field of the file",
       .repeatable = true}};
  command.group = "Serve";
  command.run = bundle_gen;
  return command;
}

}  // namespace orch::commands
