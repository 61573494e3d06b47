#include "cli/options.h"

#include <algorithm>

#include "base/text.h"
#include "cli/suggest.h"

namespace orch::cli {
namespace {

// "--log-format" is ORCH_LOG_FORMAT.
std::string variable_of(std::string_view flag) {
  std::string name = "ORCH_";
  for (const char c : flag.substr(2)) {
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

const std::vector<std::string_view>& choices_of(std::string_view name) {
  static const std::vector<std::string_view> none;
  for (const Flag& flag : global_flags()) {
    if (flag.name == name) return flag.choices;
  }
  return none;
}

bool truthy(const std::optional<std::string>& value) {
  return value && !value->empty() && *value != "0" && *value != "false";
}

bool is_on(const Args& args, const EnvMap& env, std::string_view flag) {
  return args.has(flag) || truthy(get(env, variable_of(flag)));
}

Result<std::optional<Duration>> timeout_of(const Args& args, const EnvMap& env) {
  std::string source = "--timeout";
  std::optional<std::string> text = args.get(source);
  ErrorCode code = ErrorCode::usage;
  if (!text) {
    source = variable_of(source);
    text = get(env, source);
    code = ErrorCode::invalid_setting;
  }
  if (!text) return std::nullopt;
  auto duration = parse_duration(*text);
  if (!duration) {
    return fail(code, source + ": " + duration.error().message, "write 500ms, 90s, 15m or 2h");
  }
  return *duration;
}

std::vector<std::string> columns_of(const Args& args) {
  std::vector<std::string> columns;
  const std::string given = args.get("--columns").value_or("");
  for (const std::string_view column : split(given, ',')) {
    if (!trim(column).empty()) columns.emplace_back(trim(column));
  }
  return columns;
}

}  // namespace

std::optional<Output> format_named(std::string_view name) {
  if (name == "table") return Output::table;
  if (name == "json") return Output::json;
  if (name == "yaml") return Output::yaml;
  if (name == "ndjson") return Output::ndjson;
  if (name == "name") return Output::name;
  return std::nullopt;
}

Result<std::optional<std::string>> choice(const Args& args, const EnvMap& env,
                                          std::string_view flag) {
  if (auto given = args.get(flag)) return given;
  const std::string variable = variable_of(flag);
  auto value = get(env, variable);
  if (!value || value->empty()) return std::nullopt;
  const auto& choices = choices_of(flag);
  if (std::find(choices.begin(), choices.end(), *value) != choices.end()) return value;
  Error error = unknown_choice(variable, *value, choices);
  error.code = ErrorCode::invalid_setting;
  return fail(std::move(error));
}

Result<Options> read_options(const Args& args, const EnvMap& env) {
  Options options;
  if (const auto format = ORCH_TRY(choice(args, env, "--output"))) {
    options.output = format_named(*format).value_or(Output::automatic);
  }
  ORCH_TRY(choice(args, env, "--color"));
  options.columns = columns_of(args);
  options.timeout = ORCH_TRY(timeout_of(args, env));
  options.quiet = args.has("--quiet");
  options.verbose = args.has("--verbose");
  options.debug = is_on(args, env, "--debug");
  options.dry_run = args.has("--dry-run");
  options.yes = args.has("--yes");
  options.no_input = is_on(args, env, "--no-input") || truthy(get(env, "CI"));
  return options;
}

std::string color_choice(const Args& args, const EnvMap& env) {
  const auto given = choice(args, env, "--color");
  return given && *given ? **given : "auto";
}

LogLevel log_level_of(const Options& options) {
  if (options.debug) return LogLevel::debug;
  if (options.verbose) return LogLevel::verbose;
  return options.quiet ? LogLevel::quiet : LogLevel::normal;
}

Result<LogFormat> log_format_of(const Args& args, const EnvMap& env) {
  const auto format = ORCH_TRY(choice(args, env, "--log-format"));
  return format == "json" ? LogFormat::json : LogFormat::text;
}

}  // namespace orch::cli
