#include "databricks/provision_spec.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "config/view.h"
#include "databricks/client.h"

namespace orch::databricks {
namespace {

using config::any;
using config::boolean;
using config::integer;
using config::list;
using config::map_of;
using config::mapping;
using config::text;

config::Field pool(std::string_view name, std::string_view about) {
  return mapping(name, about,
                 {text("instance_pool_name", "Its name; found by it.").required(),
                  text("node_type_id", "The machine type; it cannot be changed later.").required(),
                  integer("min_idle_instances", "Machines that wait.").by_default("0"),
                  integer("max_capacity", "Machines at most.").by_default("20"),
                  boolean("enable_elastic_disk", "Disks grow.").by_default("true"),
                  integer("idle_instance_autotermination_minutes", "Idle machines end after.")
                      .by_default("15"),
                  list("preloaded_spark_versions", "Runtimes that are there from the start.",
                       text("", "A runtime such as 16.4.x-scala2.13."))})
      .warn_of_unknown();
}

// As the API takes it: what was written, and the defaults.
doc::Value pool_of(const doc::Value& written) {
  doc::Value pool = written;
  const auto fallback = [&](std::string_view key, doc::Value value) {
    if (pool.find(key) == nullptr) pool.set(key, std::move(value));
  };
  fallback("min_idle_instances", 0);
  fallback("max_capacity", 20);
  fallback("enable_elastic_disk", true);
  fallback("idle_instance_autotermination_minutes", 15);
  return pool;
}

std::vector<std::string> texts_of(const doc::Value::Array& values) {
  std::vector<std::string> texts;
  for (const doc::Value& value : values) {
    if (value.string() != nullptr) texts.push_back(*value.string());
  }
  return texts;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Status read_requirements(const doc::Value& value, const std::string& base_directory,
                         ProvisionSpec& spec) {
  if (const std::string file = value.text("file"); !file.empty()) {
    spec.requirements = ORCH_TRY(read_file(resolve(base_directory, file), 1 << 20));
    for (const std::string_view line : split(spec.requirements, '\n')) {
      const std::string_view package = trim(line.substr(0, line.find('#')));
      if (!package.empty() && package.front() != '-') spec.packages.emplace_back(package);
    }
    return {};
  }
  spec.packages = texts_of(value.list("packages"));
  for (const std::string& package : spec.packages) spec.requirements += package + "\n";
  return {};
}

void warn_of_packages(const ProvisionSpec& spec, std::vector<std::string>& warnings) {
  std::vector<std::string> loose;
  for (const std::string& package : spec.packages) {
    const bool pinned = package.find("==") != std::string::npos ||
                        package.find('@') != std::string::npos ||
                        package.find('/') != std::string::npos;
    if (!pinned) loose.push_back(package);
  }
  if (loose.empty()) return;
  warnings.push_back(fmt::format(
      "requirements: {} without a version: pin them (NAME==1.2.3), or a new release changes the "
      "job from one day to the next",
      join(loose, ", ")));
}

void warn_of_versions(const ProvisionSpec& spec, std::vector<std::string>& warnings) {
  for (const auto* pool : {&spec.execution_pool, &spec.registration_pool}) {
    const std::vector<std::string> loaded = texts_of(pool->list("preloaded_spark_versions"));
    if (loaded.empty()) continue;
    if (std::find(loaded.begin(), loaded.end(), spec.spark_version) != loaded.end()) continue;
    warnings.push_back(fmt::format(
        "pool {} has {} ready, the job wants {}: make them equal, or each start loads it anew",
        pool->text("instance_pool_name"), join(loaded, ", "), spec.spark_version));
  }
}

}  // namespace

config::Field provision_fields() {
  return mapping(
      "provision", "The workspace's resources, created or updated before the registration.",
      {text("folder", "For files: /Workspace/… or /Volumes/CATALOG/SCHEMA/VOLUME/….").required(),
       mapping("requirements", "The packages of the cluster.",
               {list("packages", "As in requirements.txt.", text("", "A package, NAME==1.2.3.")),
                text("file", "A requirements.txt here.")})
           .at_most_one_of({"packages", "file"}),
       mapping("scope", "Secrets for the cluster.",
               {text("name", "The secret scope.").required(),
                map_of("secrets", "Keys and where their values come from.",
                       config::secret("", "A secret.")),
                list("readers", "Who may read them; default: the principal of clientId.",
                     text("", "An application id, user or group."))}),
       text("entrypoint", "launcher: runs this binary; script: plain Python without it.")
           .one_of({"launcher", "script"})
           .by_default("launcher"),
       text("artifact", "The orch binary to send; default: this one."),
       mapping("pools", "Where machines come from.",
               {pool("execution", "For work.").required(),
                pool("registration", "For reporting operators; default: the same.")})
           .required(),
       mapping("plugins", "Custom operators.",
               {text("upload", "A directory here, sent to FOLDER/plugins."),
                text("path", "A directory there."),
                text("init_script", "A script here that brings them when a cluster starts.")})
           .exactly_one_of({"upload", "path", "init_script"}),
       map_of("env", "Variables of the cluster, over the defaults; null leaves one out.",
              any("", "A value.")),
       mapping(
           "image", "An own container image.",
           {text("url", "With registry and tag.").required(),
            mapping("basic_auth", "How to pull it.",
                    {text("username", "The user."), config::secret("password", "The password.")})}),
       mapping("job", "The job.",
               {text("name", "Its name; found by it.").required(),
                integer("max_concurrent_runs", "Runs at a time; the deployment's capacity.")
                    .by_default("3")
                    .between("1", "1000"),
                text("spark_version", "The runtime.").by_default("16.4.x-scala2.13"),
                text("default_command", "Of a run without one.").by_default("fiftyone --version"),
                map_of("patch", "Any field of Jobs 2.2, merged last.", any("", "A value."))})
           .required(),
       mapping("permissions", "For the service principal.",
               {text("job", "A permission level.").by_default("CAN_MANAGE_RUN"),
                text("pool", "A permission level.").by_default("CAN_ATTACH_TO")})});
}

Result<ProvisionSpec> read_provision(const doc::Value& value, const std::string& base_directory) {
  ProvisionSpec spec;
  spec.folder = value.text("folder");
  while (spec.folder.ends_with('/')) spec.folder.pop_back();
  if (!spec.folder.starts_with("/Workspace/") && !spec.folder.starts_with("/Volumes/")) {
    return fail(ErrorCode::invalid_file,
                fmt::format("provision.folder: {} is neither in /Workspace/ nor in /Volumes/",
                            printable(spec.folder)),
                "clusters read requirements from these two only, not from dbfs:/");
  }
  ORCH_TRY(read_requirements(member_of(value, "requirements"), base_directory, spec));
  const doc::Value& scope = member_of(value, "scope");
  spec.scope = scope.text("name");
  if (const auto* secrets = member_of(scope, "secrets").object(); secrets != nullptr) {
    spec.scope_secrets.assign(secrets->begin(), secrets->end());
  }
  spec.readers = texts_of(scope.list("readers"));
  spec.uses_script = value.text("entrypoint") == "script";
  if (const std::string artifact = value.text("artifact"); !artifact.empty()) {
    spec.artifact = resolve(base_directory, artifact);
  }
  const doc::Value& pools = member_of(value, "pools");
  spec.execution_pool = pool_of(member_of(pools, "execution"));
  if (const doc::Value* registration = pools.find("registration"); registration != nullptr) {
    spec.registration_pool = pool_of(*registration);
  }
  const doc::Value& plugins = member_of(value, "plugins");
  spec.plugins_path = plugins.text("path");
  if (const std::string upload = plugins.text("upload"); !upload.empty()) {
    spec.plugins_upload = resolve(base_directory, upload);
  }
  if (const std::string script = plugins.text("init_script"); !script.empty()) {
    spec.init_script = resolve(base_directory, script);
  }
  if (const doc::Value* env = value.find("env"); env != nullptr) spec.env = *env;
  if (const doc::Value* image = value.find("image"); image != nullptr) spec.image = *image;
  const doc::Value& job = member_of(value, "job");
  const auto text_or = [](const doc::Value& of, std::string_view key, const char* fallback) {
    const std::string given = of.text(key);
    return given.empty() ? std::string(fallback) : given;
  };
  spec.job_name = job.text("name");
  spec.max_concurrent_runs = integer_of(job, "max_concurrent_runs");
  if (spec.max_concurrent_runs == 0) spec.max_concurrent_runs = 3;
  spec.spark_version = text_or(job, "spark_version", "16.4.x-scala2.13");
  spec.default_command = text_or(job, "default_command", "fiftyone --version");
  if (const doc::Value* patch = job.find("patch"); patch != nullptr) spec.patch = *patch;
  const doc::Value& permissions = member_of(value, "permissions");
  spec.job_permission = text_or(permissions, "job", "CAN_MANAGE_RUN");
  spec.pool_permission = text_or(permissions, "pool", "CAN_ATTACH_TO");
  return spec;
}

std::vector<std::string> warnings_of(const ProvisionSpec& spec) {
  std::vector<std::string> warnings;
  warn_of_packages(spec, warnings);
  warn_of_versions(spec, warnings);
  constexpr std::int64_t kUsualCapacity = 3;
  if (spec.max_concurrent_runs != kUsualCapacity) {
    warnings.push_back(fmt::format(
        "job.max_concurrent_runs is {}; FiftyOne delegates {} operations at a time unless the "
        "deployment says otherwise: make them equal",
        spec.max_concurrent_runs, kUsualCapacity));
  }
  for (const doc::Value& task : spec.patch.list("tasks")) {
    if (is_number(task.text("task_key"))) {
      warnings.push_back(
          fmt::format("job.patch: the task key {} looks like an id; the "
                      "registration wants the task's name",
                      task.text("task_key")));
    }
  }
  return warnings;
}

std::string provision_template() {
  return R"(# What `orch register` makes in the workspace, or updates to this, before it registers. Leave it out
# to name what exists under config:.
provision:
  folder: /Workspace/Shared/orch/gpu-databricks    # or /Volumes/<catalog>/<schema>/<volume>/…
  requirements:
    packages: [fiftyone==2.13.1, ultralytics, torch, transformers, timm, umap-learn]  # or {file: requirements.txt}
  scope:
    name: your-scope
    secrets:
      FIFTYONE_DATABASE_URI: {env: FIFTYONE_DATABASE_URI}
      FIFTYONE_ENCRYPTION_KEY: {env: FIFTYONE_ENCRYPTION_KEY}
      FIFTYONE_PYPI_URL: {env: FIFTYONE_PYPI_URL}
    readers: []                                    # default: the service principal of clientId
  entrypoint: launcher                             # runs this binary; script: plain Python without it
  pools:
    execution:
      instance_pool_name: your-actual-pool-name
      node_type_id: c3-standard-4-lssd
      min_idle_instances: 0
      max_capacity: 20
      enable_elastic_disk: true
      idle_instance_autotermination_minutes: 15
      preloaded_spark_versions: [16.4.x-scala2.13]
    # registration: {instance_pool_name: …, node_type_id: …}   # without it one task and one cluster do both
  # plugins: {upload: ./plugins}                   # or {path: /Volumes/…}, or {init_script: ./init.sh}
  env:
    API_URL: https://your-fiftyone-api             # where the jobs reach FiftyOne's API
    # FIFTYONE_MAX_PROCESS_POOL_WORKERS: "4"       # over the defaults; null leaves one out
  # image: {url: registry/image:tag, basic_auth: {username: …, password: {env: …}}}
  job:
    name: demonstration-task-processor
    max_concurrent_runs: 3                         # the deployment's capacity
    spark_version: 16.4.x-scala2.13
    default_command: fiftyone --version
    # patch: {}                                    # any field of Jobs 2.2, merged last
  # permissions: {job: CAN_MANAGE_RUN, pool: CAN_ATTACH_TO}   # for the service principal
)";
}

}  // namespace orch::databricks
