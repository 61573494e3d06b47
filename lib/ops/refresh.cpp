#include "ops/refresh.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/capture.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "entrypoint/operators.h"
#include "store/orchestrators.h"

namespace orch::ops {
namespace {

constexpr std::uint64_t kLongestReport = 16 << 20;

std::vector<std::string> texts_of(const doc::Value& value, std::string_view key) {
  std::vector<std::string> texts;
  const doc::Value* list = value.find(key);
  if (list == nullptr || list->array() == nullptr) return texts;
  for (const doc::Value& each : *list->array()) {
    if (each.string() != nullptr) texts.push_back(*each.string());
  }
  return texts;
}

std::vector<std::string> difference(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
  return only;
}

RefreshReply compared(const control::Orchestrator& before, control::Orchestrator after) {
  RefreshReply reply;
  reply.added = difference(after.operators, before.operators);
  reply.removed = difference(before.operators, after.operators);
  reply.orchestrator = std::move(after);
  return reply;
}

// What the entrypoint prints, as a job's log would hold it.
Result<std::string> run_entrypoint(const std::string& plugins, const EnvMap& environment) {
  SpawnSpec spec;
  spec.argv = {self_executable(), "serve-entrypoint", "operators", "--plugins-dir",
               plugins,           "--line",           "-q"};
  spec.env = child_environment(environment, {});
  spec.stderr_fd = STDERR_FILENO;
  return std::move(ORCH_TRY(capture(std::move(spec), std::nullopt, kLongestReport)).output);
}

Result<doc::Value> report_in(const std::string& log) {
  const std::size_t mark = log.rfind(entrypoint::kOperatorsMark);
  if (mark == std::string::npos) {
    return fail(ErrorCode::bad_answer, "the operators were not reported; its messages are above",
                "`orch serve-entrypoint operators --plugins-dir DIR` shows what is wrong");
  }
  const std::size_t begin = mark + entrypoint::kOperatorsMark.size();
  return doc::parse_json(std::string_view(log).substr(begin, log.find('\n', begin) - begin),
                         "the report");
}

Status keep(const control::Orchestrator& orchestrator, store::Store& store, Clock& clock) {
  auto row = ORCH_TRY(store::orchestrator(store, "local", orchestrator.name));
  if (!row)
    return fail(ErrorCode::not_found,
                fmt::format("{} was deleted meanwhile", printable(orchestrator.name)));
  const doc::Value::Array operators(orchestrator.operators.begin(), orchestrator.operators.end());
  row->operators_json = doc::to_json(operators);
  row->refreshed_ms = unix_ms(clock.wall());
  return store::put_orchestrator(store, *row);
}

}  // namespace

Result<RefreshReply> refresh_local(const control::Orchestrator& orchestrator, store::Store& store,
                                   const EnvMap& environment, Clock& clock) {
  if (orchestrator.environment != "local") {
    return fail(
        ErrorCode::unsupported,
        fmt::format("running commands on {} comes with its provider", orchestrator.environment),
        "until then its operators are not known here");
  }
  const std::string plugins = orchestrator.config.text("pluginsDir");
  if (plugins.empty()) {
    return fail(ErrorCode::usage,
                fmt::format("{} has no plugin directory", printable(orchestrator.name)),
                "register it with --config pluginsDir=DIR; without one there is nothing to report");
  }
  return refresh_from_log(orchestrator, ORCH_TRY(run_entrypoint(plugins, environment)), store,
                          clock);
}

Result<RefreshReply> refresh_from_log(const control::Orchestrator& orchestrator,
                                      const std::string& log, store::Store& store, Clock& clock) {
  const doc::Value report = ORCH_TRY(report_in(log));
  control::Orchestrator after = orchestrator;
  after.operators = texts_of(report, "operators");
  ORCH_TRY(keep(after, store, clock));
  RefreshReply reply = compared(orchestrator, std::move(after));
  reply.problems = texts_of(report, "problems");
  return reply;
}

Result<std::optional<std::string>> registration_command(const store::OrchestratorRow& orchestrator,
                                                        provider::Commands& commands) {
  const std::string own = orchestrator.own_json.empty() ? "{}" : orchestrator.own_json;
  std::string given = ORCH_TRY(doc::parse_json(own, "the state database")).text("refresh_command");
  if (!given.empty()) return given;
  // The job's entrypoint has orch on its PATH.
  if (orchestrator.registry == "local")
    return std::string("orch serve-entrypoint operators --line");
  return commands.last_registration();
}

Result<RefreshReply> await_refresh(const control::Orchestrator& before, control::Registry& registry,
                                   Clock& clock, Duration longest,
                                   const std::function<void()>& pause) {
  const SteadyTime begun = clock.steady();
  for (;;) {
    auto now = ORCH_TRY(registry.find(before.name));
    if (!now)
      return fail(ErrorCode::not_found,
                  fmt::format("{} was deleted meanwhile", printable(before.name)));
    if (now->operators != before.operators || now->updated_ms > before.updated_ms) {
      return compared(before, std::move(*now));
    }
    if (clock.steady() - begun >= longest) {
      return fail(
          ErrorCode::not_confirmed,
          fmt::format("{} shows no change of {}", registry.traits().where, printable(before.name)),
          "look whether the run has ended, and wait longer with --timeout");
    }
    pause();
  }
}

}  // namespace orch::ops
