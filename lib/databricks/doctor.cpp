#include "databricks/doctor.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/environment.h"
#include "base/text.h"
#include "databricks/entrypoints.h"
#include "databricks/files.h"
#include "databricks/resources.h"
#include "entrypoint/checks.h"

namespace orch::databricks {
namespace {

constexpr std::int64_t kUsualCapacity = 3;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class Doctor {
 public:
  Doctor(Client& client, const provider::Place& place) : client_(client), place_(place) {}

  Checks run() {
    if (!check_sign_in()) return std::move(checks_);
    const std::string id = id_of(place_.config, "jobId");
    auto job = client_.get("/api/2.2/jobs/get", {{"job_id", id}}, "read job " + id);
    if (!job) {
      add_error("databricks.job", job.error());
      return std::move(checks_);
    }
    settings_ = member_of(*job, "settings");
    add("job", Verdict::ok, fmt::format("{} ({})", printable(settings_.text("name")), id));
    check_rights("jobs", id, "CAN_MANAGE_RUN", "run the job");
    check_concurrency();
    check_task("executionTaskId", true);
    check_task("registrationTaskId", false);
    for (const doc::Value& task : settings_.list("tasks")) check_files(task);
    for (const doc::Value& cluster : settings_.list("job_clusters")) {
      check_cluster(cluster.text("job_cluster_key"), member_of(cluster, "new_cluster"));
    }
    check_scopes();
    return std::move(checks_);
  }

 private:
  void add(std::string_view name, Verdict verdict, std::string message, std::string cure = {}) {
    checks_.push_back(
        {fmt::format("databricks.{}", name), verdict, std::move(message), std::move(cure)});
  }
  void add_error(std::string name, const Error& error) {
    // Not seen is not wrong: the right to look may be missing.
    const bool hidden = error.code == ErrorCode::permission_denied;
    checks_.push_back({std::move(name), hidden ? Verdict::cannot_tell : Verdict::fail,
                       error.message, std::string(error.next())});
  }

  bool check_sign_in() {
    const auto me = client_.get("/api/2.0/preview/scim/v2/Me", {}, "sign in");
    if (!me) {
      checks_.push_back({"databricks.sign-in", Verdict::fail, me.error().message,
                         std::string(me.error().next())});
      return false;
    }
    me_ = me->text("userName");
    add("sign-in", Verdict::ok,
        fmt::format("{} at {}, by {}", printable(me->text("userName")), client_.identity().host,
                    client_.identity().from));
    return true;
  }

  // By the identity's own entry; one that it has by a group cannot be told from here.
  void check_rights(std::string_view object, const std::string& id, std::string_view level,
                    std::string_view what) {
    const auto answer = client_.get(fmt::format("/api/2.0/permissions/{}/{}", object, id), {},
                                    fmt::format("see who may {}", what));
    if (!answer) return add_error("databricks.rights", answer.error());
    for (const doc::Value& entry : answer->list("access_control_list")) {
      if (entry.text("user_name") != me_ && entry.text("service_principal_name") != me_) continue;
      for (const doc::Value& each : entry.list("all_permissions")) {
        if (permission_rank(each.text("permission_level")) >= permission_rank(level)) {
          return add("rights", Verdict::ok, fmt::format("may {}", what));
        }
      }
    }
    add("rights", Verdict::cannot_tell,
        fmt::format("{} has no right of its own to {}; a group may give it", printable(me_), what),
        fmt::format("grant it {}", level));
  }

  void check_concurrency() {
    const std::int64_t runs =
        std::max<std::int64_t>(1, integer_of(settings_, "max_concurrent_runs"));
    if (runs == kUsualCapacity) return;
    add("concurrency", Verdict::warn,
        fmt::format("max_concurrent_runs is {}; FiftyOne delegates {} operations at a time unless "
                    "the deployment says otherwise",
                    runs, kUsualCapacity),
        "make them equal");
  }

  void check_task(std::string_view key, bool required) {
    const std::string wanted = place_.config.text(key);
    if (wanted.empty() && !required) return;
    const std::string row = fmt::format("config.{}", key);
    std::vector<std::string> names;
    for (const doc::Value& task : settings_.list("tasks")) names.push_back(task.text("task_key"));
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found == names.end()) {
      add("task", Verdict::fail,
          fmt::format("{} is {}, which is no task of the job", row, printable(wanted)),
          is_number(wanted) ? "it is the task's name, not a number: " + join(names, ", ")
                            : "the job's tasks are " + join(names, ", "));
      return;
    }
    const auto& tasks = settings_.list("tasks");
    const doc::Value& task = tasks[static_cast<std::size_t>(found - names.begin())];
    if (integer_of(task, "max_retries") != 0) {
      add("task", Verdict::warn,
          fmt::format("{} has max_retries {}: FiftyOne does not run an operation twice, so a retry "
                      "looks green and does nothing",
                      printable(wanted), integer_of(task, "max_retries")),
          "set max_retries to 0");
      return;
    }
    add("task", Verdict::ok, fmt::format("{} is {}", row, printable(wanted)));
  }

  void check_files(const doc::Value& task) {
    check_file(member_of(task, "spark_python_task").text("python_file"), false);
    for (const doc::Value& library : task.list("libraries")) {
      check_file(library.text("requirements"), true);
    }
    const auto& parameters = member_of(task, "spark_python_task").list("parameters");
    for (std::size_t i = 0; i + 1 < parameters.size(); ++i) {
      if (parameters[i] == doc::Value("--orch-bin") && parameters[i + 1].string() != nullptr) {
        check_binary(*parameters[i + 1].string());
      }
    }
  }

  // FOLDER/orch-VERSION-FINGERPRINT, as `orch register` calls it.
  void check_binary(const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.starts_with("orch-") && !name.starts_with("orch-" ORCH_VERSION "-")) {
      add("version", Verdict::warn,
          fmt::format("the job runs {}; this is orch {}", printable(name), ORCH_VERSION),
          "`orch register` with provision: sends this one");
    }
    check_file(path, false);
  }

  void check_file(const std::string& path, bool is_requirements) {
    if (path.empty() || !seen_.insert(path).second) return;
    if (path.starts_with("dbfs:/")) {
      add("file", is_requirements ? Verdict::fail : Verdict::warn,
          fmt::format("{} lies on DBFS, which clusters from runtime 15 on do not read",
                      printable(path)),
          "put it into /Workspace/… or /Volumes/…; `orch register` with provision: does");
      return;
    }
    if (!path.starts_with("/Workspace/") && !path.starts_with("/Volumes/")) return;
    const auto size = Files(client_).size(path);
    if (!size) return add_error("databricks.file", size.error());
    if (*size) {
      check_entrypoint(path);
    } else {
      add("file", Verdict::fail, fmt::format("{} does not exist", printable(path)),
          "`orch register` with provision: sends it");
    }
  }

  // An entrypoint that orch has sent should be that of this orch.
  void check_entrypoint(const std::string& path) {
    const bool launcher = path.ends_with("/orch_launcher.py");
    if (!launcher && !path.ends_with("/entrypoint.py")) {
      return add("file", Verdict::ok, printable(path));
    }
    const auto text = Files(client_).read(path);
    if (!text) return add_error("databricks.file", text.error());
    const bool ours = text->starts_with("\"\"\"Made by `orch register`");
    if (!ours || *text == (launcher ? launcher_text() : script_text())) {
      return add("file", Verdict::ok, printable(path));
    }
    add("file", Verdict::warn, fmt::format("{} is of another orch", printable(path)),
        "`orch register` with provision: sends this one");
  }

  void check_cluster(const std::string& name, const doc::Value& cluster) {
    check_pool(cluster);
    EnvMap env;
    if (const auto* variables = member_of(cluster, "spark_env_vars").object()) {
      for (const auto& [key, value] : *variables) {
        if (value.string() == nullptr) continue;
        env[key] = *value.string();
        note_reference(*value.string());
      }
    }
    env.erase("FIFTYONE_PLUGINS_DIR");  // a path of the cluster
    const std::vector<std::string> command = {"fiftyone"};
    for (const auto& finding : entrypoint::check_environment(command, env).findings) {
      add("env", finding.fatal ? Verdict::fail : Verdict::warn,
          fmt::format("{}: {}", printable(name), finding.message), finding.cure);
    }
  }

  void check_pool(const doc::Value& cluster) {
    const std::string id = cluster.text("instance_pool_id");
    if (id.empty()) return;
    const auto pool = client_.get("/api/2.0/instance-pools/get", {{"instance_pool_id", id}},
                                  "read the pool " + id);
    if (!pool) return add_error("databricks.pool", pool.error());
    const std::string name = printable(pool->text("instance_pool_name"));
    const std::string version = cluster.text("spark_version");
    const auto& loaded = pool->list("preloaded_spark_versions");
    const bool ready = loaded.empty() ||
                       std::find(loaded.begin(), loaded.end(), doc::Value(version)) != loaded.end();
    check_rights("instance-pools", id, "CAN_ATTACH_TO", "use the pool " + name);
    if (ready) return add("pool", Verdict::ok, name);
    add("pool", Verdict::warn,
        fmt::format("{} has another runtime ready than {}, which the job wants", name,
                    printable(version)),
        "make them equal, or each start loads it anew");
  }

  // {{secrets/SCOPE/KEY}}
  void note_reference(const std::string& value) {
    constexpr std::string_view kBegin = "{{secrets/";
    if (!value.starts_with(kBegin) || !value.ends_with("}}")) return;
    const auto parts = split(std::string_view(value).substr(2, value.size() - 4), '/');
    if (parts.size() == 3) references_[std::string(parts[1])].insert(std::string(parts[2]));
  }

  void check_scopes() {
    for (const auto& [scope, keys] : references_) {
      const auto listed = client_.get("/api/2.0/secrets/list", {{"scope", scope}},
                                      "list the secrets of scope " + printable(scope));
      if (!listed) {
        add_error("databricks.scope", listed.error());
        continue;
      }
      std::set<std::string> there;
      for (const doc::Value& secret : listed->list("secrets")) there.insert(secret.text("key"));
      std::vector<std::string> missing;
      for (const std::string& key : keys) {
        if (!there.contains(key)) missing.push_back(key);
      }
      if (missing.empty()) {
        add("scope", Verdict::ok,
            fmt::format("{} has all keys that the job names", printable(scope)));
        check_readers(scope);
      } else {
        add("scope", Verdict::fail,
            fmt::format("{} has no {}", printable(scope), printable(join(missing, ", "))),
            "the cluster would not start: store it, or correct the variable");
      }
    }
  }

  // The job runs as its owner unless it says otherwise; that identity must read the scope.
  void check_readers(const std::string& scope) {
    const auto acls = client_.get("/api/2.0/secrets/acls/list", {{"scope", scope}},
                                  "list the readers of scope " + printable(scope));
    if (!acls) return add_error("databricks.scope", acls.error());
    const doc::Value& run_as = member_of(settings_, "run_as");
    const std::string who = run_as.text("service_principal_name").empty()
                                ? run_as.text("user_name")
                                : run_as.text("service_principal_name");
    const auto& items = acls->list("items");
    const bool reads =
        who.empty() || std::any_of(items.begin(), items.end(), [&](const auto& item) {
          return item.text("principal") == who || item.text("principal") == "users";
        });
    if (reads) return;
    add("scope", Verdict::fail,
        fmt::format("{}, which the job runs as, may not read {}", printable(who), printable(scope)),
        "grant it READ: provision.scope.readers");
  }

  Client& client_;
  const provider::Place& place_;
  std::string me_;
  doc::Value settings_;
  std::set<std::string> seen_;                               // files
  std::map<std::string, std::set<std::string>> references_;  // scope → keys
  Checks checks_;
};

}  // namespace

Checks check_place(Client& client, const provider::Place& place) {
  return Doctor(client, place).run();
}

}  // namespace orch::databricks
