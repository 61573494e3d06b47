#include <fmt/core.h>

#include "control/orchestrator_spec.h"
#include "provider/environment.h"
#include "provider/provider.h"
#include "secrets/naming.h"

namespace orch::control {
namespace {

std::string config_line(const provider::ConfigKey& key) {
  const std::string value = !key.fallback.empty() ? std::string(key.fallback)
                            : key.required        ? fmt::format("\"your {}\"", key.name)
                                                  : "\"\"";
  return fmt::format("  # {}\n  {}{}: {}\n", key.about, key.required ? "" : "# ", key.name, value);
}

// With a provision: it fills the keys in, so they stand as comments.
std::string config_part(const provider::Environment& environment, bool provisions) {
  if (environment.config.empty()) return {};
  std::string text =
      provisions ? "# config:                     # filled in by provision:\n" : "config:\n";
  for (const provider::ConfigKey& key : environment.config) {
    std::string line = config_line(key);
    if (provisions && key.required) line.insert(line.find('\n') + 3, "# ");
    text += line;
  }
  return text;
}

// clientSecret of databricks: DATABRICKS_CLIENT_SECRET.
std::string variable_of(std::string_view environment, std::string_view field) {
  return secrets::field_part(environment) + "_" + secrets::field_part(field);
}

}  // namespace

std::string orchestrator_template(std::string_view id) {
  const provider::Environment* environment = provider::find_environment(id);
  if (!environment) return {};
  std::string text = fmt::format(
      "# An orchestrator on {}. `orch register FILE` creates it, or updates it to what stands "
      "here.\n"
      "kind: Orchestrator\n"
      "name: {}-1                    # its instance id in the registry\n"
      "description: \"\"\n"
      "environment: {}\n",
      environment->title, id, id);
  text +=
      environment->in_fiftyone
          ? "# registry: fiftyone         # or local; default: fiftyone when its API address is "
            "configured\n"
          : "# registry: local            # the only one that has this environment\n";
  const provider::Descriptor* provider = provider::find_provider(id);
  const bool provisions = provider != nullptr && provider->provision_template != nullptr;
  text += config_part(*environment, provisions);
  if (!environment->secrets.empty()) {
    text +=
        "# A value comes from {env: VAR}, {file: PATH}, {stdin: true}, {prompt: true} or {exec: "
        "[…]};\n# {ref: NAME} takes a secret that exists.\nsecrets:\n";
  }
  for (const provider::SecretField& field : environment->secrets) {
    text += fmt::format("  # {}\n  {}{}: {{env: {}}}\n", field.about, field.required ? "" : "# ",
                        field.name, variable_of(id, field.name));
  }
  if (provisions) text += provider->provision_template();
  text +=
      "# refresh: {command: \"…\"}    # what makes it report its operators; without it the last "
      "run is repeated\n";
  return text;
}

}  // namespace orch::control
