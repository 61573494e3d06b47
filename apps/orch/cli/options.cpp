#include "cli/options.h"

#include "base/text.h"
#include "config/settings.h"

namespace orch::cli {
namespace {

bool is_true(const EnvMap& env, std::string_view variable) {
  const auto value = get(env, variable);
  return value && !value->empty() && *value != "0" && *value != "false";
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

bool is_config_pair(std::string_view value) {
  const std::size_t equals = value.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         value.substr(0, equals).find_first_of("/.") == std::string_view::npos;
}

std::optional<Output> format_named(std::string_view name) {
  if (name == "table") return Output::table;
  if (name == "json") return Output::json;
  if (name == "yaml") return Output::yaml;
  if (name == "ndjson") return Output::ndjson;
  if (name == "name") return Output::name;
  return std::nullopt;
}

std::unique_ptr<const config::Settings> make_settings(const Command& command, const Args& args,
                                                      const EnvMap& env) {
  config::SettingSources sources{{}, env, {}};
  for (const auto& [flag, values] : args.flags) {
    for (const std::string& value : values) {
      const bool pair = command.config_takes_pairs && flag == "--config" && is_config_pair(value);
      if (!pair) sources.flags[flag] = value;
    }
  }
  if (command.skips_config_file) {
    sources.flags["--config"] = "/dev/null";
    sources.flags.erase("--context");
    sources.env.erase("ORCH_CONTEXT");
  }
  return std::make_unique<const config::Settings>(std::move(sources));
}

Result<Options> read_options(const Args& args, const EnvMap& env,
                             const config::Settings& settings) {
  Options options;
  const config::Setting output = ORCH_TRY(settings.get("output"));
  if (!output.is_default && output.value.string() != nullptr) {
    options.output = format_named(*output.value.string()).value_or(Output::automatic);
  }
  options.color = ORCH_TRY(settings.text("color"));
  options.log_format =
      ORCH_TRY(settings.text("log_format")) == "json" ? LogFormat::json : LogFormat::text;
  options.timeout = ORCH_TRY(settings.duration("timeout"));
  options.columns = columns_of(args);
  options.quiet = args.has("--quiet");
  options.verbose = args.has("--verbose");
  options.debug = args.has("--debug") || is_true(env, "ORCH_DEBUG");
  options.dry_run = args.has("--dry-run");
  options.yes = args.has("--yes");
  options.no_input = args.has("--no-input") || is_true(env, "ORCH_NO_INPUT") || is_true(env, "CI");
  return options;
}

LogLevel log_level_of(const Options& options) {
  if (options.debug) return LogLevel::debug;
  if (options.verbose) return LogLevel::verbose;
  return options.quiet ? LogLevel::quiet : LogLevel::normal;
}

}  // namespace orch::cli
