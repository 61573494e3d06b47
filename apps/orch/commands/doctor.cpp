#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "commands/api.h"
#include "commands/commands.h"
#include "commands/registry.h"
#include "commands/serving.h"
#include "ops/doctor.h"
#include "output/terminal.h"

namespace orch::commands {
namespace {

using cli::Invocation;

output::Style style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return output::Style::green;
    case Verdict::fail:
      return output::Style::red;
    case Verdict::warn:
    case Verdict::cannot_tell:
      return output::Style::yellow;
    case Verdict::remind:
      break;
  }
  return output::Style::dim;
}

// "fail         fiftyone.key  what\n                           cure"
std::string to_text(const Checks& checks, bool color) {
  constexpr std::size_t kVerdict = 11;  // "cannot-tell"
  std::size_t widest = 0;
  for (const Check& check : checks) widest = std::max(widest, check.name.size());
  std::string text;
  for (const Check& check : checks) {
    const std::string verdict = fmt::format("{:<{}}", to_text(check.verdict), kVerdict);
    text += fmt::format("{}  {:<{}}  {}\n", output::styled(verdict, style_of(check.verdict), color),
                        check.name, widest, check.message);
    if (!check.cure.empty()) {
      text += fmt::format("{:<{}}  → {}\n", "", kVerdict + 2 + widest, check.cure);
    }
  }
  return text;
}

doc::Value to_value(const Checks& checks) {
  doc::Value::Array rows;
  for (const Check& check : checks) {
    doc::Value row;
    row.set("check", check.name);
    row.set("verdict", to_text(check.verdict));
    row.set("message", check.message);
    row.set("cure", check.cure.empty() ? doc::Value() : doc::Value(check.cure));
    rows.push_back(std::move(row));
  }
  doc::Value value;
  value.set("checks", std::move(rows));
  return value;
}

Result<Checks> usual_checks(Invocation& run) {
  ops::DoctorRequest request;
  request.registry = registry_request(run);
  request.registry.name = orchestrator_name(run.positional(0));
  request.state_directory = ORCH_TRY(run.state_directory());
  Api api(run);
  request.transport = [&api] { return api.transport(); };
  request.session = [&api](const std::string& environment) { return api.session(environment); };
  return ops::run_doctor(request, run.env, system_clock());
}

Result<int> doctor(Invocation& run) {
  const std::string_view name = run.positional(0);
  const Checks checks =
      ORCH_TRY(means_directory(name) ? deployment_checks(run, name) : usual_checks(run));
  const auto failed =
      static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [](const Check& check) {
        return check.verdict == Verdict::fail;
      }));
  doc::Value value = to_value(checks);
  value.set("failed", std::uint64_t{failed});
  ORCH_TRY(run.print.document(
      value, [&] { return to_text(checks, run.terminal.color); }, "failed"));
  if (failed == 0) return 0;
  return fail(ErrorCode::check_failed,
              fmt::format("{} of {} checks failed", failed, checks.size()));
}

}  // namespace

cli::Command doctor_command() {
  cli::Command command;
  command.name = "doctor";
  command.summary = "check this machine, FiftyOne and an orchestrator before work is paid for";
  command.details =
      "Each row is ok, warn, fail, cannot-tell or remind (what only a person can look at), with "
      "its "
      "cure. Exits with 12 when one failed. FiftyOne is looked at when its address is configured "
      "or --registry fiftyone is given. DIR, written with a / or a leading dot, is a deployment of "
      "a "
      "serving bundle: docker, its images, credentials and limits. Nothing is changed.";
  command.examples = {
      {"this machine, and FiftyOne if it is configured", "orch doctor"},
      {"an orchestrator as well", "orch doctor gpu"},
      {"a deployed bundle", "orch doctor ./prod"},
      {"only what failed", "orch doctor -o json | jq '.checks[] | select(.verdict == \"fail\")'"}};
  command.positionals = {{.name = "NAME",
                          .help = "an orchestrator, or DIR",
                          .completes = cli::Completes::name_or_directory}};
  command.flags = with_registry({});
  for (cli::Flag& flag : profile_flags()) command.flags.push_back(flag);
  command.group = "Set up";
  command.run = doctor;
  return command;
}

}  // namespace orch::commands
