#include "control/emit_python.h"

#include <fmt/core.h>

#include <set>

#include "base/text.h"
#include "provider/environment.h"
#include "secrets/naming.h"

namespace orch::control {
namespace {

using From = secrets::Source::From;

// JSON's spelling is Python's, but for three words.
std::string literal(const doc::Value& value) {
  if (value.is_null()) return "None";
  if (value.boolean() != nullptr) return *value.boolean() ? "True" : "False";
  if (value.array() != nullptr) {
    std::vector<std::string> parts;
    for (const doc::Value& each : *value.array()) parts.push_back(literal(each));
    return "[" + join(parts, ", ") + "]";
  }
  if (value.object() != nullptr) {
    std::vector<std::string> parts;
    for (const auto& [key, each] : *value.object()) {
      parts.push_back(fmt::format("{}: {}", doc::to_json(key), literal(each)));
    }
    return "{" + join(parts, ", ") + "}";
  }
  return doc::to_json(value);
}

std::string quoted(const std::string& text) { return doc::to_json(doc::Value(text)); }

// A mapping, one member a line.
std::string block(const doc::Value& mapping) {
  std::string text = "{\n";
  for (const auto& [key, value] : *mapping.object()) {
    text += fmt::format("        {}: {},\n", doc::to_json(key), literal(value));
  }
  return text + "    }";
}

class Emitter {
 public:
  explicit Emitter(const OrchestratorSpec& spec) : spec_(spec) {}

  Result<std::string> run() {
    doc::Value names = doc::Value::Object{};
    for (const auto& [field, source] : spec_.secrets)
      names.set(field, ORCH_TRY(secret(field, source)));
    std::string text =
        "# Needs FIFTYONE_API_URI and FIFTYONE_API_KEY (of an admin) in the environment.\n";
    for (const std::string& module : modules_) text += fmt::format("import {}\n", module);
    text += "\nimport fiftyone.management as fom\n\n";
    if (!calls_.empty()) text += calls_ + "\n";
    const doc::Value config = one(spec_.environment, spec_.config);
    const doc::Value secrets = one(spec_.environment, names);
    text += fmt::format(
        "fom.register_orchestrator(\n    instance_id={},\n    description={},\n    "
        "environment={},\n"
        "    config={},\n    secrets={},\n)\nprint(fom.get_orchestrator({}))\n",
        quoted(spec_.name), quoted(spec_.description), quoted(spec_.environment), block(config),
        block(secrets), quoted(spec_.name));
    return text;
  }

 private:
  static doc::Value one(const std::string& key, const doc::Value& value) {
    doc::Value mapping = doc::Value::Object{};
    mapping.set(key, value);
    return mapping;
  }

  // The secret's name; the call that makes it is written down.
  Result<std::string> secret(const std::string& field, const secrets::Source& source) {
    const bool is_name = source.from == From::ref ||
                         (source.from == From::text && secrets::is_secret_name(source.text));
    if (is_name) return source.text;
    if (source.from == From::text) {
      return fail(ErrorCode::invalid_value,
                  fmt::format("secrets.{}: a value that stands in the file is not repeated", field),
                  "write {env: VAR} or {file: PATH}");
    }
    const std::string name = ORCH_TRY(name_of(field));
    calls_ +=
        fmt::format("fom.add_secret({}, {}, {})\n", quoted(name), ORCH_TRY(value_of(field, source)),
                    quoted(fmt::format("{} of {}", field, spec_.name)));
    return name;
  }

  Result<std::string> name_of(const std::string& field) const {
    const auto given = spec_.secret_names.find(field);
    if (given != spec_.secret_names.end()) return given->second;
    std::string name = secrets::secret_name(field, spec_.name);
    if (secrets::is_certain(spec_.name) && secrets::is_secret_name(name)) return name;
    return fail(ErrorCode::invalid_value,
                fmt::format("how the secret {} of {} will be named is not certain", field,
                            printable(spec_.name)),
                fmt::format("choose it with --secret-name {}=NAME", field));
  }

  // A Python expression that gives the value.
  Result<std::string> value_of(const std::string& field, const secrets::Source& source) {
    switch (source.from) {
      case From::env:
        modules_.insert("os");
        return fmt::format("os.environ[{}]", quoted(source.text));
      case From::file:
        return fmt::format("open({}, encoding=\"utf-8\").read().rstrip(\"\\r\\n\")",
                           quoted(source.text));
      case From::standard_input:
        modules_.insert("sys");
        return std::string("sys.stdin.read().rstrip(\"\\r\\n\")");
      case From::prompt:
        modules_.insert("getpass");
        return fmt::format("getpass.getpass({})", quoted(field + ": "));
      case From::exec: {
        modules_.insert("subprocess");
        const doc::Value argv = doc::Value::Array(source.argv.begin(), source.argv.end());
        return fmt::format("subprocess.check_output({}, text=True).rstrip(\"\\r\\n\")",
                           literal(argv));
      }
      default:
        return fail(ErrorCode::unsupported,
                    fmt::format("secrets.{}: {} has no Python here", field, secrets::show(source)),
                    "write {env: VAR} or {file: PATH}");
    }
  }

  const OrchestratorSpec& spec_;
  std::string calls_;
  std::set<std::string> modules_;
};

}  // namespace

Result<std::string> emit_python(const OrchestratorSpec& spec) {
  const provider::Environment* environment = provider::find_environment(spec.environment);
  if (environment == nullptr || !environment->in_fiftyone) {
    return fail(ErrorCode::unsupported,
                fmt::format("FiftyOne has no environment {}", spec.environment),
                "the registry of this machine takes it; there is no Python for that");
  }
  return Emitter(spec).run();
}

}  // namespace orch::control
