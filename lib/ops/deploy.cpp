#include "ops/deploy.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/shell_words.h"
#include "base/text.h"
#include "ops/bundle_tree.h"
#include "ops/env_file.h"

namespace orch::ops {
namespace {

constexpr std::string_view kExample = "example/";
constexpr mode_t kSecret = 0600;

// What the example looked like when the deployment was copied, by file.
// And the variables it set.
struct Record {
  doc::Value value = doc::Value::Object{};
  std::string of(const std::string& path) const { return value.text(path); }
  const std::string* variable(const std::string& name) const {
    const doc::Value* all = value.find("variables");
    const doc::Value* one = all == nullptr ? nullptr : all->find(name);
    return one == nullptr ? nullptr : one->string();
  }
};

std::string as_word(const std::string& path) { return join_words(std::array{path}); }

std::string record_path(const std::string& directory, const std::string& deployment) {
  const std::string name = deployment.substr(deployment.rfind('/') + 1);
  return fmt::format("{}/.orch/deployments/{}.json", directory, name);
}

Record read_record(const std::string& path) {
  auto text = read_file(path);
  if (!text) return {};
  auto value = doc::parse_json(*text, path);
  return value ? Record{std::move(*value)} : Record{};
}

Result<std::string> place_of(const std::string& directory, const std::string& wanted,
                             const std::string& current_directory) {
  const bool is_name = wanted.find('/') == std::string::npos;
  const std::string path = resolve(is_name ? directory : current_directory, wanted);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (directory_of(path) != directory) {
    return fail(ErrorCode::usage,
                fmt::format("a deployment lies beside example/, in {}, not at {}", directory, path),
                "give its name alone: --deploy NAME");
  }
  if (name.empty() || name.starts_with('.') || name == "base" || name == "example" ||
      name == "README.md") {
    return fail(ErrorCode::usage, fmt::format("{} cannot be a deployment's name", printable(name)),
                "--deploy my-deployment");
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::conflict, fmt::format("{} is no directory", path),
                "choose another name: a link would lead docker compose away from base/");
  }
  return path;
}

// The variables of `from` that `there` lacks, at its end.
DeployWrite completed(const std::string& path, const std::string& there, const std::string& from,
                      mode_t mode) {
  DeployWrite write{path, there, mode, false, {}};
  const EnvPairs present = parse_env_file(there);
  std::string lines;
  for (const auto& [name, value] : parse_env_file(from)) {
    if (has_name(present, name)) continue;
    write.added.push_back(name);
    lines += fmt::format("{}={}\n", name, env_quoted(value));
  }
  if (lines.empty()) return write;
  if (!there.empty() && !there.ends_with('\n')) write.content += '\n';
  write.content += "\n# Added by orch bundle-gen.\n" + lines;
  return write;
}

class Planner {
 public:
  Planner(const Bundle& bundle, const std::string& directory, DeployPlan& plan)
      : bundle_(bundle),
        directory_(directory),
        plan_(plan),
        old_(read_record(record_path(directory, plan.directory))) {}

  Status plan() {
    for (const bundle::File& file : bundle_.files) {
      if (file.path.starts_with(kExample)) ORCH_TRY(plan_file(file));
    }
    look_for_leftovers();
    const std::string creds = "creds/" + bundle_.spec.name;
    for (std::string& missing : missing_credentials(
             credentials_, exists(fmt::format("{}/{}/gcs.json", plan_.directory, creds)),
             bundle_.spec.name, bundle_.spec.bucket_type == bundle::BucketType::gcs)) {
      plan_.to_fill.push_back(std::move(missing));
    }
    plan_.record = doc::to_pretty_json(new_.value);
    return {};
  }

 private:
  Status plan_file(const bundle::File& file) {
    const std::string path = file.path.substr(kExample.size());
    const auto there = ORCH_TRY(read_plain(plan_.directory, path));
    const bool is_secret = path.starts_with("creds/");
    if (is_secret) credentials_ = there.value_or(file.content);
    if (is_secret && there) note_if_open(path);
    new_.value.set(path, there && !old_.of(path).empty() ? old_.of(path) : file.sha256);
    if (path == ".env") return plan_own_path(file, there);
    if (!there) {
      if (path.ends_with("/.env") && !is_secret)
        tell_of_variables(path, file.content, file.content);
      plan_.writes.push_back({path, file.content, file.mode, true, {}});
      return {};
    }
    if (path.ends_with("/.env")) {
      if (!is_secret) tell_of_variables(path, *there, file.content);
      DeployWrite write = completed(path, *there, file.content, file.mode);
      if (!write.added.empty()) plan_.writes.push_back(std::move(write));
      return {};
    }
    tell_of_changes(file, path, *there);
    return {};
  }

  // REL_DIR: filled in where it is empty, otherwise a person's.
  Status plan_own_path(const bundle::File& file, const std::optional<std::string>& there) {
    const std::string text = there.value_or(file.content);
    const std::string said = value_of(parse_env_file(text), "REL_DIR");
    if (said == plan_.directory) return {};
    if (!said.empty() && said != "${PWD}" && said != "$PWD") {
      plan_.to_fill.push_back(
          fmt::format(".env: REL_DIR is {}, not {}; correct it if the directory was moved",
                      printable(said), plan_.directory));
      return {};
    }
    if (!said.empty()) return {};
    DeployWrite write{".env", with_value(text, "REL_DIR", plan_.directory), 0644, !there, {}};
    if (there) write.added.emplace_back("REL_DIR");
    plan_.writes.push_back(std::move(write));
    return {};
  }

  void note_if_open(const std::string& path) {
    struct stat status {};
    const std::string whole = plan_.directory + "/" + path;
    if (::lstat(whole.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
      plan_.tighten.push_back(path);
    }
  }

  void tell_of_changes(const bundle::File& file, const std::string& path,
                       const std::string& there) {
    if (there == file.content) {
      new_.value.set(path, file.sha256);
      return;
    }
    if (path.ends_with("/override.yaml")) return;  // a person's own from the start
    const std::string copied = old_.of(path);
    if (!copied.empty() && copied != file.sha256) {
      plan_.news.push_back(fmt::format("{}: the example's has changed since the copy; diff {} {}",
                                       path, as_word(directory_ + "/" + file.path),
                                       as_word(plan_.directory + "/" + path)));
    }
    if (path.ends_with("/nginx.conf") && there.find("/etc/nginx/routes.map") == std::string::npos) {
      plan_.news.push_back(
          fmt::format("{}: does not include /etc/nginx/routes.map, so new models are "
                      "not routed; copy the example's",
                      path));
    }
  }

  // Values that the example has changed since the copy, where the deployment has another.
  void tell_of_variables(const std::string& path, const std::string& there,
                         const std::string& example) {
    const EnvPairs present = parse_env_file(there);
    doc::Value::Object variables;
    for (const auto& [name, value] : parse_env_file(example)) {
      const std::string* copied = old_.variable(name);
      const std::string own = value_of(present, name);
      const bool news = copied != nullptr && *copied != value && own != value;
      if (news && has_name(present, name)) {
        plan_.news.push_back(fmt::format("{}: {} is {}, the example's is now {}", path, name,
                                         printable(own), value));
      }
      variables.emplace_back(name, news ? *copied : value);
    }
    new_.value.set("variables", std::move(variables));
  }

  bool serves(std::string_view id) const {
    const auto& models = bundle_.spec.models;
    return std::any_of(models.begin(), models.end(),
                       [&](const bundle::Model& model) { return model.id == id; });
  }

  // Of models that have gone.
  void look_for_leftovers() {
    const std::string conf = "conf/" + bundle_.spec.name;
    std::error_code none;
    for (const auto& entry :
         std::filesystem::directory_iterator(plan_.directory + "/" + conf, none)) {
      const std::string name = entry.path().filename().string();
      constexpr std::string_view kPrefix = "batching_";
      constexpr std::string_view kSuffix = ".txt";
      if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
      const std::string id =
          name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
      if (!serves(id)) left_over_.push_back(fmt::format("{}/{}", conf, printable(name)));
    }
    std::sort(left_over_.begin(), left_over_.end());
    for (const std::string& path : left_over_) {
      plan_.news.push_back(path + ": its model is no longer served; remove it");
    }
  }

  const Bundle& bundle_;
  const std::string& directory_;
  DeployPlan& plan_;
  Record old_;
  Record new_;
  std::vector<std::string> left_over_;
  std::string credentials_;  // creds/<bundle>/.env as it is or will be
};

std::vector<std::string> siblings_of(const Bundle& bundle, const std::string& directory,
                                     const std::string& deployment) {
  std::vector<std::string> found;
  const std::string included = "../" + bundle::base_compose_path(bundle.spec.name);
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    const std::string path = entry.path().string();
    if (path == deployment || path == directory + "/example" || !entry.is_directory(none)) continue;
    const auto compose = read_file(path + "/docker-compose.yaml", 1 << 20);
    if (compose && compose->find(included) != std::string::npos) found.push_back(path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

doc::Value texts(const std::vector<std::string>& values) {
  return doc::Value::Array(values.begin(), values.end());
}

}  // namespace

std::vector<std::string> missing_credentials(std::string_view env, bool has_key,
                                             const std::string& bundle, bool gcs) {
  const std::string creds = "creds/" + bundle;
  if (gcs && has_key) return {};
  if (gcs) return {creds + "/gcs.json: the service account's key file"};
  std::vector<std::string> missing;
  const EnvPairs said = parse_env_file(env);
  for (const std::string_view name : {"RCLONE_S3_PROVIDER", "RCLONE_S3_ACCESS_KEY_ID",
                                      "RCLONE_S3_SECRET_ACCESS_KEY", "RCLONE_S3_ENDPOINT"}) {
    const bool may_be_empty =
        name == "RCLONE_S3_ENDPOINT" && value_of(said, "RCLONE_S3_PROVIDER") == "AWS";
    if (value_of(said, name).empty() && !may_be_empty) {
      missing.push_back(fmt::format("{}/.env: {}", creds, name));
    }
  }
  return missing;
}

Result<DeployPlan> plan_deployment(const Bundle& bundle, const std::string& directory,
                                   const std::string& wanted,
                                   const std::string& current_directory) {
  DeployPlan plan;
  plan.directory = ORCH_TRY(place_of(directory, wanted, current_directory));
  ORCH_TRY(Planner(bundle, directory, plan).plan());
  plan.siblings = siblings_of(bundle, directory, plan.directory);
  plan.command = fmt::format("cd {} && docker compose up -d", as_word(plan.directory));
  return plan;
}

Status apply_deployment(const DeployPlan& plan, const std::string& directory) {
  constexpr mode_t kDirectory = 0755;
  const FileLock lock = ORCH_TRY(FileLock::acquire(directory + "/.orch/lock"));
  for (const std::string& path : plan.tighten) {
    const std::string whole = plan.directory + "/" + path;
    if (::chmod(whole.c_str(), kSecret) != 0) return fail(write_error("protect", whole, errno));
  }
  for (const DeployWrite& write : plan.writes) {
    const std::string path = plan.directory + "/" + write.path;
    ORCH_TRY(make_directories(directory_of(path), kDirectory));
    ORCH_TRY(write_file_atomically(path, write.content, write.mode));
  }
  const std::string record = record_path(directory, plan.directory);
  const auto there = read_file(record);
  if (there && *there == plan.record) return {};
  ORCH_TRY(make_directories(directory_of(record), kDirectory));
  return write_file_atomically(record, plan.record, 0644);
}

doc::Value to_value(const DeployPlan& plan) {
  doc::Value::Array created;
  doc::Value::Array added;
  for (const DeployWrite& write : plan.writes) {
    if (write.is_new) created.emplace_back(write.path);
    for (const std::string& name : write.added) {
      added.emplace_back(fmt::format("{}: {}", write.path, name));
    }
  }
  doc::Value value;
  value.set("directory", plan.directory);
  value.set("created", std::move(created));
  value.set("added", std::move(added));
  value.set("to_fill", texts(plan.to_fill));
  value.set("news", texts(plan.news));
  value.set("siblings", texts(plan.siblings));
  value.set("command", plan.command);
  return value;
}

}  // namespace orch::ops
