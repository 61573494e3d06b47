#include "ops/serving_doctor.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "ops/deploy.h"
#include "ops/docker.h"

namespace orch::ops {
namespace {

void check_own_path(const Deployment& deployment, Checks& checks) {
  const std::string said = value_of(deployment.variables, "REL_DIR");
  if (said == deployment.directory) {
    checks.push_back({"path", Verdict::ok, fmt::format("REL_DIR is {}", said)});
    return;
  }
  checks.push_back({"path", Verdict::fail,
                    said.empty() ? "REL_DIR is not set"
                                 : fmt::format("REL_DIR is {}, the directory is {}",
                                               printable(said), deployment.directory),
                    fmt::format("write REL_DIR={} into {}/.env", env_quoted(deployment.directory),
                                deployment.directory)});
}

void check_credentials(const Deployment& deployment, Checks& checks) {
  const std::string creds = fmt::format("{}/creds/{}", deployment.directory, deployment.bundle);
  const auto env = read_file(creds + "/.env");
  if (!env) {
    checks.push_back({"credentials", Verdict::fail, env.error().message,
                      "copy it from example/: docker compose does not start without it"});
    return;
  }
  const auto missing = missing_credentials(*env, exists(creds + "/gcs.json"), deployment.bundle,
                                           deployment.uses_gcs);
  if (missing.empty()) {
    checks.push_back({"credentials", Verdict::ok, "all are filled in"});
    return;
  }
  checks.push_back({"credentials", Verdict::fail, "missing: " + join(missing, ", "),
                    "fill them in, then `docker compose up -d --force-recreate model_download`"});
}

void check_router(const Deployment& deployment, Checks& checks) {
  const auto conf =
      read_file(fmt::format("{}/conf/{}/nginx.conf", deployment.directory, deployment.bundle));
  if (!conf) {
    checks.push_back({"router", Verdict::fail, conf.error().message, "copy it from example/"});
  } else if (conf->find("/etc/nginx/routes.map") == std::string::npos) {
    checks.push_back(
        {"router", Verdict::warn,
         "nginx.conf does not include routes.map: models added later are not routed",
         "copy example's nginx.conf, or add `include /etc/nginx/routes.map;` to its map"});
  } else {
    checks.push_back({"router", Verdict::ok, "nginx.conf takes its routes from base/"});
  }
}

bool check_release(std::string name, const Result<std::string>& said, const std::vector<int>& least,
                   std::string_view least_text, std::string_view cure, Checks& checks) {
  if (!said) {
    checks.push_back({std::move(name), Verdict::fail, said.error().message, std::string(cure)});
    return false;
  }
  const auto release = release_of(*said);
  if (!release) {
    checks.push_back({std::move(name), Verdict::cannot_tell,
                      fmt::format("says {}", printable(trim(*said))), std::string(cure)});
    return true;
  }
  const bool enough = *release >= least;
  checks.push_back({std::move(name), enough ? Verdict::ok : Verdict::fail,
                    enough ? printable(trim(*said))
                           : fmt::format("{} is older than {}", printable(trim(*said)), least_text),
                    enough ? "" : std::string(cure)});
  return true;
}

void check_cpus(const Deployment& deployment, const Docker& docker, Checks& checks) {
  const auto said = docker.run({"info", "--format", "{{.NCPU}}"});
  const auto cpus = said ? parse_integer(trim(*said)) : Result<std::int64_t>(fail(said.error()));
  if (!cpus) {
    checks.push_back({"cpus", Verdict::cannot_tell, cpus.error().message, "see `docker info`"});
    return;
  }
  std::vector<std::string> above;
  for (const DeployedService& service : deployment.services) {
    const double limit = parse_number(service.cpu_limit).value_or(0);
    if (limit > static_cast<double>(*cpus)) {
      above.push_back(fmt::format("{} wants {}", service.name, service.cpu_limit));
    }
  }
  if (above.empty()) {
    checks.push_back(
        {"cpus", Verdict::ok, fmt::format("every limit is within the host's {}", *cpus)});
    return;
  }
  checks.push_back({"cpus", Verdict::fail,
                    fmt::format("the host has {}: {}", *cpus, join(above, ", ")),
                    fmt::format("lower SERVING_…_CPU_LIMIT in conf/{}/.env; docker refuses more "
                                "than there are",
                                deployment.bundle)});
}

void check_images(const Deployment& deployment, const Docker& docker, Checks& checks) {
  std::set<std::string> images;
  for (const DeployedService& service : deployment.services) images.insert(service.image);
  std::size_t present = 0;
  for (const std::string& image : images) {
    if (docker.run({"image", "inspect", "--format", "{{.Id}}", image})) {
      ++present;
      continue;
    }
    const auto pulled = docker.run({"manifest", "inspect", image});
    if (pulled) {
      checks.push_back({"image", Verdict::ok, fmt::format("{} can be pulled", image)});
      continue;
    }
    const std::string registry = image.substr(0, image.find('/'));
    const bool has_registry =
        registry.find_first_of(".:") != std::string::npos && registry != image;
    checks.push_back({"image", Verdict::fail, pulled.error().message,
                      fmt::format("docker login{}, or correct the image's name",
                                  has_registry ? " " + registry : std::string())});
  }
  if (present > 0) {
    checks.push_back(
        {"images", Verdict::ok, fmt::format("{} of {} are here already", present, images.size())});
  }
}

// What the servers have said lately.
void check_logs(const Docker& docker, Checks& checks) {
  const auto logs = docker.run({"compose", "logs", "--no-color", "--tail", "1000"});
  if (!logs) {
    checks.push_back(
        {"logs", Verdict::cannot_tell, logs.error().message, "see `docker compose logs`"});
    return;
  }
  std::set<std::string> exhausted;
  for (const std::string_view line : split(*logs, '\n')) {
    if (line.find("RESOURCE_EXHAUSTED") == std::string_view::npos) continue;
    // "s<id>s-1  | …"
    const std::string_view who = trim(line.substr(0, line.find('|')));
    exhausted.insert(printable(who));
  }
  if (exhausted.empty()) {
    checks.push_back(
        {"threads", Verdict::ok, "no RESOURCE_EXHAUSTED in the last lines of the logs"});
    return;
  }
  const std::vector<std::string> names(exhausted.begin(), exhausted.end());
  checks.push_back({"threads", Verdict::warn,
                    fmt::format("RESOURCE_EXHAUSTED: {}", join(names, ", ")),
                    "raise grpc_max_threads of the model in bundle.yaml (default 4 × CPUs), "
                    "generate again, `docker compose up -d`"});
}

void remind_of_reservations(const Deployment& deployment, Checks& checks) {
  const bool any =
      std::any_of(deployment.services.begin(), deployment.services.end(),
                  [](const DeployedService& one) { return !one.cpu_reservation.empty(); });
  if (!any) return;
  checks.push_back({"reservations", Verdict::remind,
                    "SERVING_…_CPU_RESERVATION has no effect outside swarm",
                    "SERVING_…_CPU_LIMIT and the memory reservation do have one"});
}

}  // namespace

Checks check_deployment(const Deployment& deployment, const EnvMap& environment) {
  Checks checks;
  check_own_path(deployment, checks);
  check_credentials(deployment, checks);
  check_router(deployment, checks);
  const Docker docker(environment, deployment.directory);
  const bool has_engine = check_release(
      "engine", docker.run({"version", "--format", "{{.Server.Version}}"}), {20, 10, 5}, "20.10.5",
      "start docker engine, 20.10.5 or later, and be a user who may talk to it", checks);
  if (has_engine) {
    const bool has_compose = check_release(
        "compose", docker.run({"compose", "version", "--short"}), {2, 22, 0}, "2.22.0",
        "install the compose plugin 2.22.0 or later; docker-compose 1.x knows no include", checks);
    check_cpus(deployment, docker, checks);
    check_images(deployment, docker, checks);
    if (has_compose) check_logs(docker, checks);
  }
  remind_of_reservations(deployment, checks);
  return checks;
}

}  // namespace orch::ops
