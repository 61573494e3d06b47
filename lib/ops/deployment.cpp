#include "ops/deployment.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"

namespace orch::ops {
namespace {

Error no_deployment(const std::string& directory, std::string_view why) {
  return {ErrorCode::file_not_found,
          fmt::format("{} is no deployment of a bundle: {}", directory, why),
          "name the copy of example/ that runs; `orch bundle-gen FILE --deploy NAME` makes one",
          {},
          {},
          {}};
}

// "../base/<bundle>/docker-compose.yaml" of the include entry.
std::string included_base(const doc::Value& compose) {
  for (const doc::Value& entry : compose.list("include")) {
    for (const doc::Value& path : entry.list("path")) {
      if (path.string() != nullptr && path.string()->starts_with("../base/")) return *path.string();
    }
  }
  return {};
}

void add_variables(const std::string& path, EnvPairs& into) {
  const auto text = read_file(path, 1 << 20);
  if (!text) return;
  for (auto& pair : parse_env_file(*text)) into.push_back(std::move(pair));
}

// Weakest first: conf, then the deployment's own, then the shell.
EnvPairs variables_of(const Deployment& deployment, const EnvMap& environment) {
  EnvPairs variables;
  add_variables(fmt::format("{}/conf/{}/.env", deployment.directory, deployment.bundle), variables);
  add_variables(deployment.directory + "/.env", variables);
  for (const auto& [name, value] : environment) {
    if (has_name(variables, name)) variables.emplace_back(name, value);
  }
  return variables;
}

std::string kind_of(const std::string& name, const doc::Value& service) {
  const doc::Value* labels = service.find("labels");
  std::string engine = labels == nullptr ? "" : labels->text("orch.engine");
  if (!engine.empty()) return engine;
  return name == "model_download" || name == "model_proxy" ? name : "router";
}

std::string cpus_of(const doc::Value& service, std::string_view part, const EnvPairs& variables) {
  const doc::Value* at = &service;
  for (const std::string_view step :
       {std::string_view("deploy"), std::string_view("resources"), part}) {
    at = at->find(step);
    if (at == nullptr) return {};
  }
  return with_variables(at->text("cpus"), variables);
}

// "${MODEL_PROXY_HTTP_PORT:-8000}:8000" of the container's port.
std::int64_t published_port(const doc::Value& proxy, std::string_view inside,
                            const EnvPairs& variables) {
  for (const doc::Value& port : proxy.list("ports")) {
    if (port.string() == nullptr) continue;
    const std::string text = with_variables(*port.string(), variables);
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || text.substr(colon + 1) != inside) continue;
    const std::string_view host = std::string_view(text).substr(0, colon);
    const std::size_t address = host.rfind(':');  // "127.0.0.1:8000:8000"
    return parse_integer(address == std::string_view::npos ? host : host.substr(address + 1))
        .value_or(0);
  }
  return 0;
}

void read_service(const std::string& name, const doc::Value& service, Deployment& deployment) {
  const doc::Value* labels = service.find("labels");
  deployment.services.push_back({name, with_variables(service.text("image"), deployment.variables),
                                 kind_of(name, service),
                                 labels == nullptr ? "" : labels->text("orch.model-id"),
                                 cpus_of(service, "limits", deployment.variables),
                                 cpus_of(service, "reservations", deployment.variables)});
  if (name == "model_proxy") {
    deployment.http_port = published_port(service, "8000", deployment.variables);
    deployment.grpc_port = published_port(service, "8005", deployment.variables);
  }
}

}  // namespace

std::string with_variables(std::string_view text, const EnvPairs& variables) {
  std::string value;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    value += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      value += '$';
      text.remove_prefix(2);
      continue;
    }
    const std::size_t close = text.starts_with("${") ? text.find('}') : std::string_view::npos;
    if (close == std::string_view::npos) {
      value += text.substr(0, 1);
      text.remove_prefix(std::min<std::size_t>(1, text.size()));
      continue;
    }
    const std::string_view inside = text.substr(2, close - 2);
    const std::size_t colon = std::min(inside.find(':'), inside.size());
    const std::string found = value_of(variables, inside.substr(0, colon));
    const bool has_default = inside.substr(colon).starts_with(":-");
    value += found.empty() && has_default ? std::string(inside.substr(colon + 2)) : found;
    text.remove_prefix(close + 1);
  }
  return value;
}

Result<Deployment> read_deployment(const std::string& directory, const EnvMap& environment) {
  const std::string path = directory + "/docker-compose.yaml";
  if (!is_directory(directory)) return fail(no_deployment(directory, "there is no such directory"));
  if (!exists(path)) return fail(no_deployment(directory, "it has no docker-compose.yaml"));
  const doc::Value compose = ORCH_TRY(doc::parse_yaml(ORCH_TRY(read_file(path)), path));
  const std::string included = included_base(compose);
  if (included.empty()) {
    return fail(no_deployment(directory, "its docker-compose.yaml includes nothing of ../base/"));
  }
  Deployment deployment;
  deployment.directory = directory;
  if (directory.substr(directory.rfind('/') + 1) == "example") {
    return fail(no_deployment(directory, "it is the example, of which deployments are copies"));
  }
  const std::string base_file = resolve(directory, included);
  deployment.base = directory_of(base_file);
  deployment.bundle = deployment.base.substr(deployment.base.rfind('/') + 1);
  deployment.variables = variables_of(deployment, environment);
  const doc::Value base = ORCH_TRY(doc::parse_yaml(ORCH_TRY(read_file(base_file)), base_file));
  const doc::Value* services = base.find("services");
  if (services == nullptr || services->object() == nullptr) {
    return fail(ErrorCode::invalid_file, base_file + " has no services",
                "generate it again with `orch bundle-gen`");
  }
  for (const auto& [name, service] : *services->object()) read_service(name, service, deployment);
  deployment.uses_gcs = exists(deployment.base + "/model-serving/model-download/rclone.conf");
  return deployment;
}

}  // namespace orch::ops
