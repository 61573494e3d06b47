#include <fmt/core.h>

#include "base/text.h"
#include "job/spec_parts.h"

namespace orch::job {
namespace {

EnvValue read_value(const doc::Value& value, const std::string& path, SpecContext& context) {
  using From = EnvValue::From;
  if (const auto* text = value.string()) return {From::text, *text, {}};
  if (value.integer()) return {From::text, doc::to_json(value), {}};
  const doc::Value* variable = value.find("env");
  if (variable && variable->string()) return {From::env, *variable->string(), {}};
  const doc::Value* file = value.find("file");
  if (file && file->string()) return {From::file, context.resolved(*file), {}};
  if (const doc::Value* command = value.find("exec")) {
    return {From::exec, "", read_arguments(command, path + ".exec", context.report)};
  }
  return {};
}

}  // namespace

std::vector<std::pair<std::string, EnvValue>> read_env(const config::View& job,
                                                       SpecContext& context) {
  std::vector<std::pair<std::string, EnvValue>> env;
  const doc::Value* written = job.find("env");
  if (!written || !written->object()) return env;
  for (const auto& [name, value] : *written->object()) {
    const std::string path = fmt::format("env.{}", printable(name));
    if (name.empty() || name.find('=') != std::string_view::npos ||
        name.find('\0') != std::string_view::npos) {
      context.report.mistake_at_key(value, path, "is no name of a variable; remove the =");
    }
    env.emplace_back(name, read_value(value, path, context));
  }
  return env;
}

}  // namespace orch::job
