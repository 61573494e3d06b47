// bundle-signature.yaml against the models of the bundle.
#include <fmt/core.h>

#include <map>

#include "base/text.h"
#include "bundle/spec.h"

namespace orch::bundle {
namespace {

using Engines = std::map<std::string, std::string, std::less<>>;  // by model id

Engines engines_of(const doc::Value& signature) {
  Engines engines;
  const doc::Value* bundles = signature.find("models");
  if (bundles == nullptr || bundles->object() == nullptr) return engines;
  for (const auto& [name, bundle] : *bundles->object()) {
    for (const doc::Value& model : bundle.list("models")) {
      const std::string own = model.text("backendInferenceEngine");
      const doc::Value* id = model.find("id");
      if (id == nullptr) continue;
      // An id of digits alone may be written without quotes.
      engines[id->string() != nullptr ? *id->string() : doc::to_json(*id)] =
          own.empty() ? bundle.text("backendInferenceEngine") : own;
    }
  }
  return engines;
}

std::string_view spelled_in_signature(Engine engine) {
  return engine == Engine::triton ? "triton" : "tfServing";
}

}  // namespace

std::vector<std::string> signature_warnings(const Spec& spec, std::string_view signature) {
  std::vector<std::string> warnings;
  const auto document = doc::parse_yaml(signature, "proxy.signature");
  if (!document) {
    warnings.push_back(fmt::format("{}; it is copied as it is, its models were not compared",
                                   document.error().message));
    return warnings;
  }
  Engines engines = engines_of(*document);
  for (const Model& model : spec.models) {
    const auto found = engines.find(model.id);
    if (found == engines.end()) {
      warnings.push_back(fmt::format(
          "proxy.signature: does not name model {}; the proxy will not offer it", model.id));
      continue;
    }
    if (!found->second.empty() && found->second != spelled_in_signature(model.engine)) {
      warnings.push_back(
          fmt::format("proxy.signature: model {} is for {}, the bundle serves it with {}; make "
                      "them equal, or its calls fail",
                      model.id, printable(found->second), to_text(model.engine)));
    }
    engines.erase(found);
  }
  for (const auto& [id, engine] : engines) {
    warnings.push_back(fmt::format(
        "proxy.signature: names model {}, which the bundle does not serve", printable(id)));
  }
  return warnings;
}

}  // namespace orch::bundle
