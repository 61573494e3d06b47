// base/<bundle>/docker-compose.yaml, but for the model servers (serving.cpp).
#include <fmt/core.h>

#include "base/digest.h"
#include "bundle/render.h"
#include "bundle/text.h"

namespace orch::bundle {
namespace {

constexpr std::string_view kHead =
    R"(# Made by orch bundle-gen; made again with every bundle event. Do not edit.
# Your changes belong into /<deployment_dir>/conf/@bundle@: .env, nginx.conf, override.yaml.

services:
)";

constexpr std::string_view kDownload = R"(  model_download:
    image: @image@
    restart: "no"
    networks: [@network@]
    security_opt: ["no-new-privileges:true"]
    labels:
      orch.bundle: @bundle_name@
      orch.config-sha256: "@sha256@"
    entrypoint: ["sh", "/data/model-download.sh"]
    env_file:
      - "${REL_DIR:?set REL_DIR in .env}/creds/@bundle@/.env"
    volumes:
      - type: "bind"
        source: "./model-serving/model-download/model-download.sh"
        target: "/data/model-download.sh"
        read_only: true
        bind:
          create_host_path: false
@gcs@      - "./model-serving/model-download/models:/models"
    logging:
      driver: "json-file"
      options: {max-size: "10m", max-file: "3"}

)";

constexpr std::string_view kGcsMounts = R"(      - type: "bind"
        source: "./model-serving/model-download/rclone.conf"
        target: "/config/rclone/rclone.conf"
        read_only: true
        bind:
          create_host_path: false
      - type: "bind"
        source: "${REL_DIR:?set REL_DIR in .env}/creds/@bundle@/gcs.json"
        target: "/src/gcs.json"
        read_only: true
        bind:
          create_host_path: false
)";

constexpr std::string_view kRouter = R"(  @service@:
    image: @image@
    restart: "unless-stopped"
    networks: [@network@]
    security_opt: ["no-new-privileges:true"]
    labels:
      orch.bundle: @bundle_name@
      orch.config-sha256: "@sha256@"
    depends_on:
@servers@    healthcheck:
      test: ["CMD-SHELL", @health@]
      interval: "15s"
      timeout: "10s"
      retries: 5
    volumes:
      - type: "bind"
        source: "${REL_DIR:?set REL_DIR in .env}/conf/@bundle@/nginx.conf"
        target: "/etc/nginx/nginx.conf"
        read_only: true
        bind:
          create_host_path: false
      - type: "bind"
        source: "./routes.map"
        target: "/etc/nginx/routes.map"
        read_only: true
        bind:
          create_host_path: false
    logging:
      driver: "json-file"
      options: {max-size: "10m", max-file: "3"}

)";

constexpr std::string_view kProxy = R"(  model_proxy:
    image: @image@
    restart: "unless-stopped"
    networks: [@network@]
    security_opt: ["no-new-privileges:true"]
    labels:
      orch.bundle: @bundle_name@
      orch.config-sha256: "@sha256@"
    depends_on:
      @router@:
        condition: "service_healthy"
    healthcheck:
      test: ["CMD", "grpc_health_probe", "-addr", "127.0.0.1:8005"]
      interval: "15s"
      timeout: "10s"
      retries: 5
    ports:
      - "${MODEL_PROXY_HTTP_PORT:-@http_port@}:8000"
      - "${MODEL_PROXY_GRPC_PORT:-@grpc_port@}:8005"
    volumes:
      - type: "bind"
        source: "./proxy/bundle-signature.yaml"
        target: "/etc/bundle-signature.yaml"
        read_only: true
        bind:
          create_host_path: false
    command:
      - "mproxy"
      - "server"
      - "--tf-serving-connection-string"
      - @connection@
@name_format@
      - "-c"
      - "/etc/bundle-signature.yaml"
@target_bundle@
    logging:
      driver: "json-file"
      options: {max-size: "10m", max-file: "3"}

networks:
  @network@: {}
)";

std::string download_service(const Spec& spec) {
  const bool gcs = spec.bucket_type == BucketType::gcs;
  const std::string mounts = gcs ? fill(kGcsMounts, {{"bundle", spec.name}}) : std::string();
  const std::string image = compose_string(spec.download_image);
  const std::string network = compose_string(spec.network);
  const std::string name = compose_string(spec.name);
  const std::string digest = sha256(download_script(spec) + (gcs ? rclone_conf() : std::string()));
  return fill(kDownload, {{"image", image},
                          {"network", network},
                          {"bundle", spec.name},
                          {"bundle_name", name},
                          {"sha256", digest},
                          {"gcs", mounts}});
}

// Alpine images have wget, Debian ones curl.
std::string router_health(const Spec& spec) {
  const std::string url = fmt::format("http://127.0.0.1:{}/health", spec.router_health_port());
  return fmt::format("wget -q -O /dev/null {} || curl -fsS -o /dev/null {}", url, url);
}

std::string router_service(const Spec& spec) {
  std::string servers;
  for (const Model& model : spec.models) {
    servers += fmt::format("      {}:\n        condition: \"service_healthy\"\n", model.service());
  }
  const std::string service = compose_string(spec.router);
  const std::string image = compose_string(spec.router_image);
  const std::string network = compose_string(spec.network);
  const std::string name = compose_string(spec.name);
  const std::string digest = sha256(routes_map(spec));
  const std::string health = compose_string(router_health(spec));
  return fill(kRouter, {{"service", service},
                        {"image", image},
                        {"network", network},
                        {"bundle", spec.name},
                        {"bundle_name", name},
                        {"sha256", digest},
                        {"servers", servers},
                        {"health", health}});
}

// A flag and its value as two arguments, or both as comments with an example.
std::string option_lines(std::string_view flag, const std::string& value,
                         std::string_view example) {
  const std::string_view mark = value.empty() ? "#" : "";
  return fmt::format("      {}- \"{}\"\n      {}- {}", mark, flag, mark,
                     compose_string(value.empty() ? example : std::string_view(value)));
}

std::string proxy_service(const Spec& spec, std::string_view signature) {
  const std::string image = compose_string(spec.proxy_image);
  const std::string network = compose_string(spec.network);
  const std::string name = compose_string(spec.name);
  const std::string router = compose_string(spec.router);
  const std::string digest = sha256(signature);
  const std::string http_port = std::to_string(spec.http_port);
  const std::string grpc_port = std::to_string(spec.grpc_port);
  const std::string connection =
      compose_string(fmt::format("{}:{}", spec.router, spec.router_port));
  const std::string name_format =
      option_lines("--inference-engine-service-name-format", spec.service_name_format,
                   "inference_svc_name_format");
  const std::string target =
      option_lines("--target-bundle", spec.target_bundle, "target_bundle_name");
  return fill(kProxy, {{"image", image},
                       {"network", network},
                       {"bundle_name", name},
                       {"sha256", digest},
                       {"router", router},
                       {"http_port", http_port},
                       {"grpc_port", grpc_port},
                       {"connection", connection},
                       {"name_format", name_format},
                       {"target_bundle", target}});
}

}  // namespace

std::string compose_base(const Spec& spec, std::string_view signature) {
  std::string text = fill(kHead, {{"bundle", spec.name}}) + download_service(spec);
  const std::string monitoring = spec.monitoring ? sha256(monitoring_config(spec)) : std::string();
  for (const Model& model : spec.models) text += serving_service(spec, model, monitoring);
  return text + router_service(spec) + proxy_service(spec, signature);
}

}  // namespace orch::bundle
