#include "ops/serving_status.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "http/grpc_health.h"
#include "ops/docker.h"

namespace orch::ops {
namespace {

// The models that the answer names, if it has the usual shape: nobody has published one.
std::string models_in(const doc::Value& config) {
  const doc::Value* models = config.find("models");
  if (models == nullptr || models->object() == nullptr) return "answers";
  std::vector<std::string> names;
  for (const auto& [name, model] : *models->object()) names.push_back(printable(name));
  return fmt::format("serves {}", join(names, ", "));
}

ProbeRow probe_http(const Deployment& deployment, http::Transport& transport) {
  ProbeRow row;
  row.address = fmt::format("http://127.0.0.1:{}/api/v1/config", deployment.http_port);
  http::Request request;
  request.url = row.address;
  request.is_direct = true;
  const auto response = transport.send(request);
  if (!response) {
    row.detail = response.error().message;
    row.answers = response.error().code != ErrorCode::unreachable;
    return row;
  }
  row.answers = true;
  const auto body = doc::parse_json(response->body, "the answer");
  row.ready = response->status == 200 && body.has_value();
  if (row.ready) {
    row.detail = models_in(*body);
  } else if (response->status == 200) {
    row.detail = "answered without JSON";
  } else {
    row.detail = fmt::format("answered with HTTP {}", response->status);
  }
  return row;
}

ProbeRow probe_grpc(const Deployment& deployment, http::Transport& transport) {
  ProbeRow row;
  row.address = fmt::format("127.0.0.1:{}", deployment.grpc_port);
  const auto health = http::check_grpc_health(transport, "http://" + row.address);
  if (!health) {
    row.detail = health.error().message;
    row.answers = health.error().code != ErrorCode::unreachable;
    return row;
  }
  row.answers = true;
  row.ready = *health != http::GrpcHealth::not_serving;
  switch (*health) {
    case http::GrpcHealth::serving:
      row.detail = "serving";
      break;
    case http::GrpcHealth::not_serving:
      row.detail = "not serving yet";
      break;
    case http::GrpcHealth::unknown:
      row.detail = "answers; it has no health service";
      break;
  }
  return row;
}

void judge_download(ServiceRow& row) {
  row.ready = row.state == "exited" && row.exit_code == 0;
  row.failed = row.state == "exited" && row.exit_code != 0;
  if (row.failed) {
    row.detail = fmt::format("ended with {}: `docker compose logs model_download`", row.exit_code);
  } else if (row.state == "running") {
    row.detail = "downloading";
  }
}

void judge_server(ServiceRow& row) {
  row.ready = row.state == "running" && (row.health.empty() || row.health == "healthy");
  if (row.ready) return;
  if (row.state == "exited" || row.state == "dead" || row.state == "restarting" ||
      row.health == "unhealthy") {
    row.detail = fmt::format("`docker compose logs {}`", row.name);
  } else if (row.state == "created") {
    row.detail = "waits for what it depends on";
  } else if (row.health == "starting") {
    row.detail = "loads its model";
  }
}

ServiceRow row_of(const DeployedService& service, const std::vector<ComposeService>& there) {
  ServiceRow row;
  row.name = service.name;
  row.kind = service.kind;
  row.model_id = service.model_id;
  const auto found = std::find_if(there.begin(), there.end(), [&](const ComposeService& one) {
    return one.name == service.name;
  });
  if (found == there.end()) {
    row.state = "absent";
    row.detail = "`docker compose up -d` makes it";
    return row;
  }
  row.state = found->state;
  row.health = found->health;
  row.exit_code = found->exit_code;
  service.kind == "model_download" ? judge_download(row) : judge_server(row);
  return row;
}

void look_at_services(const Deployment& deployment, const EnvMap& environment,
                      ServingStatus& status) {
  const auto there = Docker(environment, deployment.directory).services();
  if (!there) status.docker_problem = there.error().message;
  for (const DeployedService& service : deployment.services) {
    if (there) {
      status.services.push_back(row_of(service, *there));
    } else {
      status.services.push_back(
          {service.name, service.kind, service.model_id, {}, {}, 0, false, false, {}});
    }
  }
}

doc::Value to_value(const ProbeRow& row) {
  doc::Value value;
  value.set("address", row.address);
  value.set("ready", row.ready);
  value.set("detail", row.detail);
  return value;
}

doc::Value text_or_null(const std::string& text) {
  return text.empty() ? doc::Value() : doc::Value(text);
}

}  // namespace

bool ServingStatus::ready() const {
  const bool all = std::all_of(services.begin(), services.end(),
                               [](const ServiceRow& row) { return row.ready; });
  return http.ready && grpc.ready && (all || !docker_problem.empty());
}

bool ServingStatus::answers() const {
  return http.answers || grpc.answers ||
         std::any_of(services.begin(), services.end(),
                     [](const ServiceRow& row) { return row.state == "running"; });
}

bool ServingStatus::failed() const {
  return std::any_of(services.begin(), services.end(),
                     [](const ServiceRow& row) { return row.failed; });
}

ServingStatus look_at(const Deployment& deployment, http::Transport& transport,
                      const EnvMap& environment) {
  ServingStatus status;
  status.bundle = deployment.bundle;
  status.directory = deployment.directory;
  status.http = probe_http(deployment, transport);
  status.grpc = probe_grpc(deployment, transport);
  look_at_services(deployment, environment, status);
  return status;
}

doc::Value to_value(const ServingStatus& status) {
  doc::Value::Array services;
  for (const ServiceRow& row : status.services) {
    doc::Value value;
    value.set("name", row.name);
    value.set("kind", row.kind);
    value.set("model_id", text_or_null(row.model_id));
    value.set("state", text_or_null(row.state));
    value.set("health", text_or_null(row.health));
    const bool ended = row.state == "exited" || row.state == "dead";
    value.set("exit_code", ended ? doc::Value(row.exit_code) : doc::Value());
    value.set("ready", row.state.empty() ? doc::Value() : doc::Value(row.ready));
    value.set("detail", text_or_null(row.detail));
    services.push_back(std::move(value));
  }
  doc::Value proxy;
  proxy.set("http", to_value(status.http));
  proxy.set("grpc", to_value(status.grpc));
  doc::Value value;
  value.set("bundle", status.bundle);
  value.set("directory", status.directory);
  value.set("ok", status.ready());
  value.set("proxy", std::move(proxy));
  value.set("services", std::move(services));
  value.set("docker", text_or_null(status.docker_problem));
  return value;
}

}  // namespace orch::ops
