#include "ops/docker.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace orch::ops {
namespace {

constexpr auto kLongest = std::chrono::seconds(60);
constexpr std::size_t kMostOutput = 16 << 20;

// Errors come last, but above the usage when the command line was not understood.
std::string what_it_said(std::string_view text) {
  text = trim(text);
  if (text.find("Usage:") != std::string_view::npos)
    return printable(text.substr(0, text.find('\n')));
  return printable(text.substr(text.rfind('\n') + 1));
}

ComposeService service_of(const doc::Value& value) {
  const doc::Value* code = value.find("ExitCode");
  return {value.text("Service"), lower(value.text("State")), lower(value.text("Health")),
          code == nullptr || code->integer() == nullptr ? 0 : static_cast<int>(*code->integer())};
}

}  // namespace

Docker::Docker(const EnvMap& environment, std::string directory)
    : environment_(child_environment(environment, {})), directory_(std::move(directory)) {}

Result<std::string> Docker::run(const std::vector<std::string>& arguments) const {
  SpawnSpec spec;
  spec.argv = {"docker"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.env = environment_;
  spec.directory = directory_;
  const std::string shown = fmt::format("docker {}", join(arguments, " "));
  Captured captured = ORCH_TRY(capture(std::move(spec), kLongest, kMostOutput));
  if (captured.wait_status == 0) return std::move(captured.output);
  return fail(ErrorCode::command_failed,
              fmt::format("{}: {}", shown,
                          captured.errors.empty() ? describe_wait_status(captured.wait_status)
                                                  : what_it_said(captured.errors)),
              "run it by hand in " + directory_);
}

Result<std::vector<ComposeService>> Docker::services() const {
  return parse_services(ORCH_TRY(run({"compose", "ps", "-a", "--format", "json"})));
}

Result<std::vector<ComposeService>> parse_services(std::string_view text) {
  std::vector<ComposeService> services;
  text = trim(text);
  if (text.starts_with('[')) {
    const doc::Value all = ORCH_TRY(doc::parse_json(text, "docker compose ps"));
    for (const doc::Value& one : *all.array()) services.push_back(service_of(one));
    return services;
  }
  for (const std::string_view line : split(text, '\n')) {
    if (trim(line).empty()) continue;
    services.push_back(service_of(ORCH_TRY(doc::parse_json(line, "docker compose ps"))));
  }
  return services;
}

std::optional<std::vector<int>> release_of(std::string_view text) {
  text = trim(text);
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, std::min(text.find_first_not_of("0123456789."), text.size()));
  std::vector<int> parts;
  for (const std::string_view part : split(text, '.')) {
    const auto number = parse_integer(part);
    if (!number || *number > 1'000'000) break;
    parts.push_back(static_cast<int>(*number));
  }
  if (parts.empty()) return std::nullopt;
  parts.resize(std::max<std::size_t>(parts.size(), 3));
  return parts;
}

}  // namespace orch::ops
