#include "databricks/job_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "databricks/client.h"

namespace orch::databricks {
namespace {

constexpr const char* kExecutionCluster = "execution_cluster";
constexpr const char* kRegistrationCluster = "registration_cluster";

// Lists whose elements have a name of their own.
struct KeyedList {
  std::string_view list;
  std::string_view key;
};
constexpr std::array<KeyedList, 3> kKeyed = {
    {{"tasks", "task_key"}, {"job_clusters", "job_cluster_key"}, {"parameters", "name"}}};

std::string_view key_of(std::string_view list) {
  const auto* found = std::find_if(kKeyed.begin(), kKeyed.end(),
                                   [&](const KeyedList& each) { return each.list == list; });
  return found == kKeyed.end() ? std::string_view() : found->key;
}

// A list of mappings, each with the key (`parameters` of a task are mere texts).
bool has_keys(const doc::Value& list, std::string_view key) {
  return !key.empty() && list.array() != nullptr &&
         std::all_of(list.array()->begin(), list.array()->end(),
                     [&](const doc::Value& each) { return each.find(key) != nullptr; });
}

const doc::Value* element(const doc::Value::Array& list, std::string_view key,
                          const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const doc::Value& each) { return each.text(key) == name; });
  return found == list.end() ? nullptr : &*found;
}

doc::Value object(std::initializer_list<std::pair<std::string_view, doc::Value>> members) {
  doc::Value value = doc::Value::Object{};
  for (const auto& [name, member] : members) value.set(name, member);
  return value;
}

doc::Value task(const char* key, const char* cluster, const JobParts& parts) {
  doc::Value::Array parameters;
  if (!parts.binary.empty()) parameters = {"--orch-bin", parts.binary};
  parameters.emplace_back("--command");
  parameters.emplace_back("{{job.parameters.command}}");
  doc::Value task =
      object({{"task_key", key},
              {"spark_python_task",
               object({{"python_file", parts.entrypoint}, {"parameters", parameters}})},
              {"job_cluster_key", cluster},
              // A second try of a command that FiftyOne has given up is no cure.
              {"max_retries", 0}});
  if (!parts.requirements.empty()) {
    task.set("libraries", doc::Value::Array{object({{"requirements", parts.requirements}})});
  }
  return task;
}

doc::Value cluster(const char* key, const std::string& pool, bool machine_learning,
                   const ProvisionSpec& spec, const JobParts& parts) {
  doc::Value settings = object({{"spark_version", spec.spark_version},
                                {"spark_env_vars", cluster_env(spec, parts)},
                                {"instance_pool_id", pool},
                                {"data_security_mode", "DATA_SECURITY_MODE_DEDICATED"},
                                {"runtime_engine", "STANDARD"},
                                {"kind", "CLASSIC_PREVIEW"},
                                {"is_single_node", false},
                                {"num_workers", 1}});
  // An own image and the ML runtime exclude each other.
  if (machine_learning && spec.image.is_null()) settings.set("use_ml_runtime", true);
  if (!spec.image.is_null()) {
    doc::Value image = object({{"url", spec.image.text("url")}});
    if (const std::string user = member_of(spec.image, "basic_auth").text("username");
        !user.empty()) {
      image.set("basic_auth", object({{"username", user}, {"password", parts.image_password}}));
    }
    settings.set("docker_image", std::move(image));
  }
  if (!parts.init_script.empty()) {
    const char* place = parts.init_script.starts_with("/Volumes/") ? "volumes" : "workspace";
    settings.set(
        "init_scripts",
        doc::Value::Array{object({{place, object({{"destination", parts.init_script}})}})});
  }
  return object({{"job_cluster_key", key}, {"new_cluster", settings}});
}

// As JSON merge patch: mappings are merged, null removes, the rest is replaced; keyed lists by key.
void merge(doc::Value& into, const doc::Value& patch) {
  if (patch.object() == nullptr || into.object() == nullptr) {
    into = patch;
    return;
  }
  for (const auto& [name, value] : *patch.object()) {
    doc::Value* old = into.find(name);
    if (value.is_null()) {
      std::erase_if(*into.object(),
                    [&, &key = name](const auto& each) { return each.first == key; });
    } else if (old == nullptr) {
      into.set(name, value);
    } else if (const std::string_view key = key_of(name);
               has_keys(value, key) && has_keys(*old, key)) {
      for (const doc::Value& each : *value.array()) {
        const auto same =
            std::find_if(old->array()->begin(), old->array()->end(),
                         [&](const doc::Value& one) { return one.text(key) == each.text(key); });
        if (same == old->array()->end()) {
          old->array()->push_back(each);
        } else {
          merge(*same, each);
        }
      }
    } else {
      merge(*old, value);
    }
  }
}

std::string shown(const doc::Value& value) { return fit(doc::to_json(value), 120); }

class Comparison {
 public:
  void compare(const std::string& path, const doc::Value& wanted, const doc::Value& found) {
    if (path.ends_with(".password")) return;  // the service does not show it, nor do we
    if (wanted.object() != nullptr && found.object() != nullptr)
      return objects(path, wanted, found);
    const std::string_view key = key_of(path.substr(path.rfind('.') + 1));
    if (has_keys(wanted, key) && has_keys(found, key)) {
      return keyed(path, key, *wanted.array(), *found.array());
    }
    if (!(wanted == found)) {
      lines.push_back(fmt::format("{}: {} → {}", path, shown(found), shown(wanted)));
    }
  }

  std::vector<std::string> lines;

 private:
  void objects(const std::string& path, const doc::Value& wanted, const doc::Value& found) {
    const std::string prefix = path.empty() ? "" : path + ".";
    for (const auto& [name, value] : *wanted.object()) {
      const doc::Value* old = found.find(name);
      if (old == nullptr) {
        const bool hidden = value.find("password") != nullptr || name == "password";
        lines.push_back(
            fmt::format("{}{}: + {}", prefix, name, hidden ? std::string("****") : shown(value)));
      } else {
        compare(prefix + name, value, *old);
      }
    }
    if (!path.ends_with("spark_env_vars")) return;
    for (const auto& [name, value] : *found.object()) {
      if (wanted.find(name) == nullptr) {
        lines.push_back(fmt::format("{}{}: - {}", prefix, name, shown(value)));
      }
    }
  }

  void keyed(const std::string& path, std::string_view key, const doc::Value::Array& wanted,
             const doc::Value::Array& found) {
    for (const doc::Value& each : wanted) {
      const std::string name = each.text(key);
      const std::string place = fmt::format("{}[{}]", path, name);
      if (const doc::Value* old = element(found, key, name); old != nullptr) {
        compare(place, each, *old);
      } else {
        lines.push_back(fmt::format("{}: +", place));
      }
    }
    for (const doc::Value& each : found) {
      if (element(wanted, key, each.text(key)) == nullptr) {
        lines.push_back(fmt::format("{}[{}]: -", path, printable(each.text(key))));
      }
    }
  }
};

}  // namespace

doc::Value cluster_env(const ProvisionSpec& spec, const JobParts& parts) {
  doc::Value env =
      object({{"FIFTYONE_DATABASE_NAME", "fiftyone"}, {"FIFTYONE_INTERNAL_SERVICE", "1"}});
  constexpr std::array<std::pair<const char*, const char*>, 3> kSecrets = {
      {{"FIFTYONE_DATABASE_URI", "FIFTYONE_DATABASE_URI"},
       {"FIFTYONE_ENCRYPTION_KEY", "FIFTYONE_ENCRYPTION_KEY"},
       {"PIP_EXTRA_INDEX_URL", "FIFTYONE_PYPI_URL"}}};
  for (const auto& [variable, key] : kSecrets) {
    const bool known =
        std::any_of(spec.scope_secrets.begin(), spec.scope_secrets.end(),
                    [&, name = key](const auto& secret) { return secret.first == name; });
    if (known) env.set(variable, fmt::format("{{{{secrets/{}/{}}}}}", spec.scope, key));
  }
  if (!parts.api_url.empty()) env.set("API_URL", parts.api_url);
  if (!parts.plugins.empty()) {
    env.set("FIFTYONE_PLUGINS_DIR", parts.plugins);
    env.set("FIFTYONE_PLUGINS_CACHE_ENABLED", "true");
  }
  env.set("FIFTYONE_MAX_PROCESS_POOL_WORKERS", "4");
  if (spec.env.object() == nullptr) return env;
  for (const auto& [name, value] : *spec.env.object()) {
    if (value.is_null()) {
      std::erase_if(*env.object(),
                    [&, &key = name](const auto& each) { return each.first == key; });
    } else {
      env.set(name, value.string() != nullptr ? value : doc::Value(doc::to_json(value)));
    }
  }
  return env;
}

doc::Value job_settings(const ProvisionSpec& spec, const JobParts& parts) {
  doc::Value::Array tasks = {task(kExecutionTask, kExecutionCluster, parts)};
  doc::Value::Array clusters = {
      cluster(kExecutionCluster, parts.execution_pool, true, spec, parts)};
  if (!parts.registration_pool.empty()) {
    tasks.push_back(task(kRegistrationTask, kRegistrationCluster, parts));
    clusters.push_back(cluster(kRegistrationCluster, parts.registration_pool, false, spec, parts));
  }
  doc::Value settings = object(
      {{"name", spec.job_name},
       {"max_concurrent_runs", spec.max_concurrent_runs},
       {"tasks", tasks},
       {"job_clusters", clusters},
       {"queue", object({{"enabled", true}})},
       {"parameters",
        doc::Value::Array{object({{"name", "command"}, {"default", spec.default_command}})}}});
  merge(settings, spec.patch);
  return settings;
}

std::vector<std::string> differences(const doc::Value& wanted, const doc::Value& found) {
  Comparison comparison;
  comparison.compare("", wanted, found);
  return std::move(comparison.lines);
}

doc::Value job_update(const doc::Value& wanted, const doc::Value& found) {
  doc::Value changed = doc::Value::Object{};
  doc::Value::Array removed;
  for (const auto& [name, value] : *wanted.object()) {
    const doc::Value* old = found.find(name);
    doc::Value one = doc::Value::Object{};
    one.set(name, value);
    doc::Value other = doc::Value::Object{};
    if (old != nullptr) other.set(name, *old);
    if (differences(one, other).empty()) continue;
    changed.set(name, value);
    const std::string_view key = key_of(name);
    if (key.empty() || old == nullptr || old->array() == nullptr || name == "parameters") continue;
    // Lists of tasks and clusters are merged by their keys: what must go is named.
    for (const doc::Value& each : *old->array()) {
      if (element(*value.array(), key, each.text(key)) == nullptr) {
        removed.emplace_back(fmt::format("{}/{}", name, each.text(key)));
      }
    }
  }
  doc::Value update = doc::Value::Object{};
  update.set("new_settings", std::move(changed));
  if (!removed.empty()) update.set("fields_to_remove", std::move(removed));
  return update;
}

}  // namespace orch::databricks
