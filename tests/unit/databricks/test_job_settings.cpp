#include "databricks/job_settings.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "config/prepare.h"
#include "databricks/provision_spec.h"

using namespace orch;
using namespace orch::databricks;

namespace {

doc::Value json(std::string_view text) {
  const auto value = doc::parse_json(text);
  REQUIRE(value);
  return *value;
}

// The file that `register --init databricks` prints.
ProvisionSpec spec_of(const std::string& patch = "{}", const std::string& more = "") {
  const auto file = doc::parse_yaml(provision_template() + more, "a file");
  REQUIRE(file);
  doc::Value provision = *file->find("provision");
  provision.find("job")->set("patch", json(patch));
  config::Report report("a file");
  config::check(provision, provision_fields(), report);
  if (!report.ok()) FAIL(report.error().details.front());
  const auto spec = read_provision(provision, "/");
  REQUIRE(spec);
  return *spec;
}

JobParts parts() {
  JobParts parts;
  parts.entrypoint = "/Workspace/o/orch_launcher.py";
  parts.requirements = "/Workspace/o/requirements.txt";
  parts.binary = "/Workspace/o/orch";
  parts.execution_pool = "pool-1";
  return parts;
}

}  // namespace

TEST_CASE("the template is a file that is taken as it is, with the guide's nine variables") {
  const doc::Value settings = job_settings(spec_of(), parts());
  CHECK(settings.list("tasks").size() == 1);
  const doc::Value& cluster = *settings.list("job_clusters")[0].find("new_cluster");
  CHECK(cluster.text("instance_pool_id") == "pool-1");
  const doc::Value& env = *cluster.find("spark_env_vars");
  CHECK(env.text("FIFTYONE_DATABASE_NAME") == "fiftyone");
  CHECK(env.text("FIFTYONE_DATABASE_URI") == "{{secrets/your-scope/FIFTYONE_DATABASE_URI}}");
  CHECK(env.text("PIP_EXTRA_INDEX_URL") == "{{secrets/your-scope/FIFTYONE_PYPI_URL}}");
  CHECK(env.text("API_URL") == "https://your-fiftyone-api");
  CHECK(env.text("FIFTYONE_MAX_PROCESS_POOL_WORKERS") == "4");
  const doc::Value& task = *settings.list("tasks")[0].find("spark_python_task");
  CHECK(doc::to_json(*task.find("parameters")) ==
        R"(["--orch-bin","/Workspace/o/orch","--command","{{job.parameters.command}}"])");
}

TEST_CASE("a registration pool brings a task and a cluster of its own, plugins their variables") {
  JobParts both = parts();
  both.registration_pool = "pool-2";
  both.plugins = "/Workspace/o/plugins";
  both.binary.clear();
  const doc::Value settings = job_settings(spec_of(), both);
  REQUIRE(settings.list("tasks").size() == 2);
  CHECK(settings.list("tasks")[1].text("task_key") == "register_task");
  const doc::Value& cluster = *settings.list("job_clusters")[1].find("new_cluster");
  CHECK(cluster.text("instance_pool_id") == "pool-2");
  CHECK(cluster.find("use_ml_runtime") == nullptr);
  CHECK(cluster.find("spark_env_vars")->text("FIFTYONE_PLUGINS_DIR") == "/Workspace/o/plugins");
  const doc::Value& task = *settings.list("tasks")[0].find("spark_python_task");
  CHECK(doc::to_json(*task.find("parameters")) == R"(["--command","{{job.parameters.command}}"])");
}

TEST_CASE("patch is merged last, lists of tasks by their keys") {
  const doc::Value settings = job_settings(
      spec_of(
          R"({"timeout_seconds":60,"queue":null,"tasks":[{"task_key":"execute_task","max_retries":2}],
                  "job_clusters":[{"job_cluster_key":"execution_cluster","new_cluster":{"num_workers":4}}]})"),
      parts());
  CHECK(*settings.find("timeout_seconds")->integer() == 60);
  CHECK(settings.find("queue") == nullptr);
  CHECK(*settings.list("tasks")[0].find("max_retries")->integer() == 2);
  CHECK(settings.list("tasks")[0].find("libraries") != nullptr);
  const doc::Value& cluster = *settings.list("job_clusters")[0].find("new_cluster");
  CHECK(*cluster.find("num_workers")->integer() == 4);
  CHECK(cluster.text("instance_pool_id") == "pool-1");
}

TEST_CASE("what differs is named by its path; what the service adds is no difference") {
  const doc::Value wanted = job_settings(spec_of(), parts());
  doc::Value found = wanted;
  found.set("format", "MULTI_TASK");
  found.find("tasks")->array()->at(0).set("timeout_seconds", 0);
  CHECK(differences(wanted, found).empty());
  CHECK(job_update(wanted, found).find("new_settings")->object()->empty());

  found.set("max_concurrent_runs", 1);
  doc::Value& cluster = *found.find("job_clusters")->array()->at(0).find("new_cluster");
  cluster.find("spark_env_vars")->set("OLD", "1");
  cluster.set("num_workers", 2);
  found.find("tasks")->array()->push_back(json(R"({"task_key":"other"})"));
  const std::vector<std::string> lines = differences(wanted, found);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "max_concurrent_runs: 1 → 3");
  CHECK(lines[1] == "tasks[other]: -");
  CHECK(lines[2] == "job_clusters[execution_cluster].new_cluster.spark_env_vars.OLD: - \"1\"");
  CHECK(lines[3] == "job_clusters[execution_cluster].new_cluster.num_workers: 2 → 1");
  const doc::Value update = job_update(wanted, found);
  CHECK(update.find("new_settings")->object()->size() == 3);
  CHECK(doc::to_json(*update.find("fields_to_remove")) == R"(["tasks/other"])");
}

TEST_CASE("the guide's job, as the vendor's SDK sent it, is compared with itself") {
  const auto text = read_file(std::string(ORCH_TESTS) + "/data/databricks/jobs.json");
  REQUIRE(text);
  const doc::Value settings = *json(*text).array()->at(0).find("request")->find("json");
  CHECK(settings.list("tasks").size() == 2);
  CHECK(differences(settings, settings).empty());
}

TEST_CASE("warnings before anything is sent") {
  ProvisionSpec spec = spec_of();
  CHECK(warnings_of(spec).size() == 1);  // packages without a version
  spec.packages = {"a==1", "b @ https://x.test/b.whl", "./c.whl"};
  CHECK(warnings_of(spec).empty());
  spec.spark_version = "15.4.x-scala2.12";
  spec.max_concurrent_runs = 5;
  CHECK(warnings_of(spec).size() == 2);
  const auto dbfs = read_provision(
      json(R"({"folder":"dbfs:/FileStore/x","pools":{"execution":{}},"job":{"name":"j"}})"), "/");
  REQUIRE_FALSE(dbfs);
  CHECK(dbfs.error().next().find("dbfs:/") != std::string::npos);
}
