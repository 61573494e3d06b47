#include "control/orchestrator_spec.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "config/kinds.h"
#include "config/prepare.h"
#include "config/view.h"
#include "provider/environment.h"
#include "provider/provider.h"
#include "secrets/naming.h"

namespace orch::control {
namespace {

using config::View;
using provider::ConfigKey;
using provider::Environment;

std::vector<std::string_view> environment_ids() {
  std::vector<std::string_view> ids;
  for (const Environment& one : provider::all_environments()) ids.push_back(one.id);
  return ids;
}

template <typename Items>
std::string nearest_of(std::string_view name, const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.emplace_back(item.name);
  const auto found = nearest(name, names);
  return found ? fmt::format("; did you mean {}?", *found) : std::string();
}

// Vendors add keys: an unknown one passes with a warning.
void check_config(const View& file, const Environment& environment, config::Report& report) {
  const doc::Value* written = file.find("config");
  const doc::Value::Object none;
  const auto& members = written && written->object() ? *written->object() : none;
  for (const auto& [name, value] : members) {
    const auto key =
        std::find_if(environment.config.begin(), environment.config.end(),
                     [&name = name](const ConfigKey& one) { return one.name == name; });
    const std::string path = "config." + printable(name);
    if (key == environment.config.end()) {
      report.warn(value, path,
                  fmt::format("is no key that {} documents{}; it is passed on as it is",
                              environment.title, nearest_of(name, environment.config)));
      continue;
    }
    config::Field field = config::text(key->name, key->about);
    field.kinds = key->kinds;
    if (config::fitting_kinds(value, field) == 0) {
      report.mistake(value, path, config::wrong_kind(value, field));
    } else if (name.ends_with("TaskId") && value.string() != nullptr &&
               parse_integer(*value.string())) {
      report.warn(value, path, "is a number; the job's task keys are names such as execute_task");
    }
  }
  if (file.has("provision")) return;  // it fills in the rest
  for (const ConfigKey& key : environment.config) {
    if (!key.required || (written && written->find(key.name))) continue;
    report.missing(written ? *written : file.value(), fmt::format("config.{}", key.name),
                   fmt::format("is missing. {}", key.about));
  }
}

void read_secrets(const View& file, const Environment& environment,
                  const OrchestratorSpecOptions& options, config::Report& report,
                  OrchestratorSpec& spec) {
  const doc::Value* written = file.find("secrets");
  const doc::Value::Object none;
  const auto& members = written && written->object() ? *written->object() : none;
  for (const auto& [name, value] : members) {
    const std::string field = secrets::camel_case(name);
    const std::string path = "secrets." + printable(name);
    if (!provider::find_secret_field(environment, field)) {
      const std::string known = environment.secrets.empty()
                                    ? fmt::format("; {} has no secrets", environment.title)
                                    : nearest_of(field, environment.secrets);
      report.mistake_at_key(value, path,
                            fmt::format("is no secret of {}{}", environment.id, known));
      continue;
    }
    auto source = secrets::parse_source(value, options.base_directory);
    if (!source) {
      report.mistake(value, path, source.error().message);
      continue;
    }
    spec.secrets.emplace_back(field, std::move(*source));
  }
  for (const provider::SecretField& field : environment.secrets) {
    if (!field.required || std::any_of(spec.secrets.begin(), spec.secrets.end(),
                                       [&](const auto& one) { return one.first == field.name; })) {
      continue;
    }
    report.missing(written ? *written : file.value(), fmt::format("secrets.{}", field.name),
                   fmt::format("is missing. {}", field.about));
  }
}

void read_secret_names(const View& file, const Environment& environment, config::Report& report,
                       OrchestratorSpec& spec) {
  const doc::Value* written = file.find("secret_names");
  if (!written || !written->object()) return;
  for (const auto& [name, value] : *written->object()) {
    const std::string field = secrets::camel_case(name);
    const std::string path = "secret_names." + printable(name);
    if (!provider::find_secret_field(environment, field)) {
      report.mistake_at_key(value, path, fmt::format("is no secret of {}", environment.id));
    } else if (value.string() && !secrets::is_secret_name(*value.string())) {
      report.mistake(value, path, "must look like MY_SECRET_KEY");
    } else if (value.string()) {
      spec.secret_names[field] = *value.string();
    }
  }
}

void check_name(const View& file, config::Report& report) {
  const doc::Value* name = file.find("name");
  if (!name || !name->string()) return;
  constexpr std::size_t kLongest = 128;
  if (name->string()->empty() || name->string()->size() > kLongest ||
      printable(*name->string()) != *name->string()) {
    report.mistake(
        *name, "name",
        fmt::format("must have 1 to {} characters, none of them a control one", kLongest));
  } else if (name->string()->find('/') != std::string::npos || name->string()->starts_with('.') ||
             name->string()->starts_with('-')) {
    report.mistake(*name, "name",
                   "must not begin with . or - or hold a /; it would read as a path");
  }
}

// With the environment's own fields of `provision:`, where its provider is there.
config::Field fields_for(std::string_view environment) {
  config::Field table = orchestrator_fields();
  const provider::Descriptor* provider = provider::find_provider(environment);
  if (provider == nullptr || provider->provision_fields == nullptr) return table;
  for (config::Field& field : table.fields) {
    if (field.name == "provision") field = provider->provision_fields();
  }
  return table;
}

}  // namespace

const config::Field& orchestrator_fields() {
  static const config::Field table = config::mapping(
      "Orchestrator", "Where FiftyOne's or orch's commands run on demand.",
      {config::text("kind", "The kind of this file.").one_of({"Orchestrator"}).required(),
       config::text("name", "The orchestrator's name: its instance id in the registry.").required(),
       config::text("description", "For people."),
       config::text("environment", "Where it runs.").one_of(environment_ids()).required(),
       config::text("registry",
                    "Where it is registered; default: fiftyone when an API address is "
                    "configured and the environment is databricks or anyscale.")
           .one_of({"fiftyone", "local"}),
       config::mapping(
           "auth", "How orch itself signs in; never sent to a registry.",
           {config::text("databricks_profile", "A profile of ~/.databrickscfg."),
            config::text("aws_profile", "A profile of ~/.aws/config."),
            config::text("anyscale_credentials", "Another file than ~/.anyscale/credentials.json."),
            config::mapping("admin", "For provisioning and rotation; default: the same.",
                            {config::text("databricks_profile", "A profile of ~/.databrickscfg."),
                             config::text("aws_profile", "A profile of ~/.aws/config.")})}),
       config::map_of("config", "The environment's keys, spelled as its vendor documents them.",
                      config::any("", "A value.")),
       config::map_of("secrets", "The environment's credentials, by field.",
                      config::secret("", "A secret.")),
       config::map_of("secret_names", "Names for new secrets, where the rule's name will not do.",
                      config::text("", "A name such as CLIENT_SECRET_GPU.")),
       config::mapping("refresh", "How `orch refresh` makes it report its operators.",
                       {config::text("command", "The registration command.").required()}),
       config::map_of("provision", "The provider's resources, created or updated first.",
                      config::any("", "A value."))});
  return table;
}

Result<OrchestratorSpec> parse_orchestrator(const doc::Value& document,
                                            const OrchestratorSpecOptions& options) {
  config::Report report(options.name);
  const config::Field table = fields_for(document.text("environment"));
  const doc::Value prepared =
      config::prepare(document, table, {options.set, options.environment}, report);
  const View file(prepared, table);
  check_name(file, report);
  OrchestratorSpec spec;
  spec.name = file.text("name");
  spec.description = file.text("description");
  spec.environment = file.text("environment");
  spec.registry = file.text("registry");
  spec.refresh_command = file.text("refresh.command");
  if (const doc::Value* config = file.find("config"); config && config->object()) {
    spec.config = *config;
    // Elsewhere it is a path of another machine.
    doc::Value* plugins = spec.environment == "local" ? spec.config.find("pluginsDir") : nullptr;
    if (plugins != nullptr && plugins->string() != nullptr && !plugins->string()->empty()) {
      *plugins = resolve(options.base_directory, *plugins->string());
    }
  }
  if (const doc::Value* auth = file.find("auth")) spec.auth = *auth;
  if (const doc::Value* provision = file.find("provision")) spec.provision = *provision;
  spec.base_directory = options.base_directory;
  if (const Environment* environment = provider::find_environment(spec.environment)) {
    check_config(file, *environment, report);
    read_secrets(file, *environment, options, report, spec);
    read_secret_names(file, *environment, report, spec);
    if (spec.registry == "fiftyone" && !environment->in_fiftyone) {
      report.mistake(*file.find("registry"), "registry",
                     fmt::format("FiftyOne has no environment {}; leave it out, or say local",
                                 environment->id));
    }
  }
  if (!report.ok()) return fail(report.error());
  spec.warnings = report.warnings();
  return spec;
}

}  // namespace orch::control
