// The files of a bundle: a pure function of its spec, byte for byte the same on every machine.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bundle/spec.h"

namespace orch::bundle {

struct File {
  std::string path;  // relative to the output directory
  std::string content;
  mode_t mode = 0644;
  std::string sha256 = {};  // of the content
};

// Sorted by path. `signature` is the content of the file that spec.signature names.
std::vector<File> render(const Spec& spec, std::string_view signature);

// base/<bundle>/model-serving/model-download/models: the downloads, one directory a model. They are
// data: made once, never looked into.
std::string models_directory(const Spec& spec);

// "base/<name>/docker-compose.yaml", as deployments include it.
std::string base_compose_path(std::string_view bundle);

// The parts of it.
std::string compose_base(const Spec& spec, std::string_view signature);
std::string compose_example(const Spec& spec);
std::string serving_service(const Spec& spec, const Model& model, std::string_view monitoring);
std::string nginx_conf(const Spec& spec);
std::string routes_map(const Spec& spec);
std::string download_script(const Spec& spec);
std::string rclone_conf();
std::string batching_parameters(const Model& model);
std::string monitoring_config(const Spec& spec);
std::string settings_env(const Spec& spec);
// The variables of one model: SERVING_<id>_CPU_LIMIT=2 …
std::vector<std::pair<std::string, std::string>> settings_of(const Model& model);
std::string override_example(const Spec& spec);
std::string credentials_env(const Spec& spec);
std::string readme(const Spec& spec);

}  // namespace orch::bundle
