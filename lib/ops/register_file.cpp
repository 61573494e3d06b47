#include "ops/register_file.h"

#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/file_kind.h"

namespace orch::ops {
namespace {

struct Pair {
  std::string key;
  std::string value;
};

Result<Pair> split_pair(std::string_view flag, const std::string& argument, std::string_view form) {
  const std::size_t at = argument.find('=');
  if (at == std::string::npos || at == 0) {
    return fail(ErrorCode::usage, fmt::format("{} has no `=` in its value", flag),
                fmt::format("write {} {}", flag, form));
  }
  return Pair{argument.substr(0, at), argument.substr(at + 1)};
}

doc::Value source_value(const secrets::Source& source) {
  using From = secrets::Source::From;
  doc::Value value = doc::Value::Object{};
  if (source.from == From::ref) value.set("ref", source.text);
  if (source.from == From::env) value.set("env", source.text);
  if (source.from == From::file) value.set("file", source.text);
  if (source.from == From::standard_input) value.set("stdin", true);
  if (source.from == From::prompt) value.set("prompt", true);
  return value;
}

doc::Value& member(doc::Value& document, std::string_view name) {
  doc::Value* found = document.find(name);
  return found && found->object() ? *found : document.set(name, doc::Value::Object{});
}

Result<doc::Value> file_document(const RegisterArguments& arguments) {
  if (arguments.file.empty()) {
    doc::Value document = doc::Value::Object{};
    document.set("kind", "Orchestrator");
    return document;
  }
  const bool standard_input = arguments.file == "-";
  const std::string path =
      standard_input ? "standard input" : resolve(arguments.current_directory, arguments.file);
  const std::string text = ORCH_TRY(standard_input ? read_fd(0, path) : read_file(path));
  doc::Value document = ORCH_TRY(doc::parse_yaml(text, path));
  ORCH_TRY(check_kind(document, "Orchestrator", arguments.file));
  return document;
}

Status apply_flags(const RegisterArguments& arguments, doc::Value& document) {
  if (!arguments.name.empty()) document.set("name", arguments.name);
  if (!arguments.environment.empty()) document.set("environment", arguments.environment);
  if (!arguments.registry.empty()) document.set("registry", arguments.registry);
  if (arguments.has_description) document.set("description", arguments.description);
  for (const std::string& argument : arguments.config) {
    const Pair pair = ORCH_TRY(split_pair("--config", argument, "key=value"));
    member(document, "config").set(pair.key, pair.value);
  }
  for (const std::string& argument : arguments.secrets) {
    const auto [field, source] =
        ORCH_TRY(secrets::parse_field_source(argument, arguments.current_directory));
    member(document, "secrets").set(field, source_value(source));
  }
  for (const std::string& argument : arguments.secret_names) {
    const Pair pair = ORCH_TRY(split_pair("--secret-name", argument, "FIELD=NAME"));
    member(document, "secret_names").set(pair.key, pair.value);
  }
  return {};
}

}  // namespace

Result<control::OrchestratorSpec> read_orchestrator(const RegisterArguments& arguments,
                                                    const EnvMap& environment) {
  if (arguments.file.empty() && arguments.environment.empty() && arguments.set.empty()) {
    return fail(
        ErrorCode::usage,
        fmt::format("which environment {} is in is missing", printable(arguments.name)),
        "--environment databricks, anyscale, ray, aws_lambda or local; `orch register --init "
        "E` prints a file with all that is needed");
  }
  doc::Value document = ORCH_TRY(file_document(arguments));
  if (document.object() || document.is_null()) ORCH_TRY(apply_flags(arguments, document));
  control::OrchestratorSpecOptions options;
  const bool is_file = !arguments.file.empty() && arguments.file != "-";
  const std::string path = is_file ? resolve(arguments.current_directory, arguments.file) : "";
  options.name = is_file ? path : arguments.file == "-" ? "standard input" : "the command line";
  options.base_directory = is_file ? directory_of(path) : arguments.current_directory;
  options.set = arguments.set;
  options.environment = &environment;
  return control::parse_orchestrator(document, options);
}

}  // namespace orch::ops
