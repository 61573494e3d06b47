#include "bundle/render.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.h"
#include "bundle/text.h"

namespace orch::bundle {
namespace {

constexpr std::string_view kExampleEnv =
    R"(# The full path of this directory on the target server: run `pwd` here and paste it.
REL_DIR=
)";

}  // namespace

std::string compose_example(const Spec& spec) {
  return fill(
      R"(# Made by orch bundle-gen; made again with every bundle event. Do not edit.
# Copy this directory to /<deployment_dir> beside it, and run `docker compose up -d` from the copy.
include:
  - path:
      - "../base/@bundle@/docker-compose.yaml"
      - "conf/@bundle@/override.yaml"
    project_directory: "../base/@bundle@"
    env_file:
      - "conf/@bundle@/.env"
)",
      {{"bundle", spec.name}});
}

std::string base_compose_path(std::string_view bundle) {
  return fmt::format("base/{}/docker-compose.yaml", bundle);
}

std::string models_directory(const Spec& spec) {
  return fmt::format("base/{}/model-serving/model-download/models", spec.name);
}

std::vector<File> render(const Spec& spec, std::string_view signature) {
  constexpr mode_t kScript = 0755;
  constexpr mode_t kSecret = 0600;
  const std::string base = "base/" + spec.name + "/";
  const std::string conf = "example/conf/" + spec.name + "/";
  std::vector<File> files;
  files.push_back({"README.md", readme(spec)});
  files.push_back({base_compose_path(spec.name), compose_base(spec, signature)});
  files.push_back({base + "monitoring.txt", monitoring_config(spec)});
  files.push_back({base + "routes.map", routes_map(spec)});
  files.push_back({base + "proxy/bundle-signature.yaml", std::string(signature)});
  files.push_back(
      {base + "model-serving/model-download/model-download.sh", download_script(spec), kScript});
  if (spec.bucket_type == BucketType::gcs) {
    files.push_back({base + "model-serving/model-download/rclone.conf", rclone_conf()});
  }
  files.push_back({"example/.env", std::string(kExampleEnv)});
  files.push_back({"example/docker-compose.yaml", compose_example(spec)});
  files.push_back({conf + ".env", settings_env(spec)});
  files.push_back({conf + "nginx.conf", nginx_conf(spec)});
  files.push_back({conf + "override.yaml", override_example(spec)});
  for (const Model& model : spec.models) {
    if (model.engine != Engine::tfserving) continue;
    files.push_back({conf + "batching_" + model.id + ".txt", batching_parameters(model)});
  }
  files.push_back({"example/creds/" + spec.name + "/.env", credentials_env(spec), kSecret});
  for (File& file : files) file.sha256 = sha256(file.content);
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

}  // namespace orch::bundle
