// One suite over all registries: what a caller may rely on.
#include <doctest/doctest.h>

#include <functional>

#include "control/fiftyone_registry.h"
#include "control/local_registry.h"
#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::control;
using orch::test::TemporaryDirectory;

namespace {

struct Bench {
  TemporaryDirectory directory;
  store::Store store = std::move(*store::Store::open(directory.path("state")));
  ManualClock clock;
  EnvMap environment = process_environment();

  std::unique_ptr<Registry> open(const std::string& id) {
    if (id == "local") return local_registry(store, environment, clock);
    return fiftyone();
  }

  std::unique_ptr<Registry> open(FiftyOneSettings settings) {
    const std::string address = settings.api_uri;
    return fiftyone_registry(std::make_shared<PythonSdk>(std::move(settings), environment, nullptr),
                             address);
  }

  std::unique_ptr<Registry> fiftyone(const std::string& faults = {},
                                     const std::string& key = "fake-admin-key") {
    environment["PYTHONPATH"] = std::string(ORCH_TESTS) + "/support/fiftyone_sdk";
    environment["PYTHONDONTWRITEBYTECODE"] = "1";
    environment["STUB_FILE"] = directory.path("stub.json");
    environment["STUB_FAULTS"] = faults;
    return open({"http://127.0.0.1:9", key, "python3", {}});
  }
};

Orchestrator gpu() {
  Orchestrator one;
  one.name = "gpu";
  one.description = "for tests";
  one.environment = "databricks";
  one.config.set("jobId", "1");
  one.config.set("executionTaskId", "run");
  one.secrets = {{"clientSecret", "CLIENT_SECRET_GPU"}};
  return one;
}

constexpr const char* kBoth[] = {"local", "fiftyone"};

}  // namespace

TEST_CASE("an empty registry") {
  for (const std::string id : kBoth) {
    CAPTURE(id);
    Bench bench;
    const auto registry = bench.open(id);
    CHECK(registry->traits().id == id);
    CHECK(registry->list()->empty());
    CHECK_FALSE(registry->find("gpu")->has_value());
    CHECK(registry->remove("gpu").error().code == ErrorCode::not_found);
    CHECK(registry->list_secrets()->empty());
    CHECK_FALSE(registry->find_secret("KEY")->has_value());
    CHECK(registry->remove_secret("KEY").error().code == ErrorCode::not_found);
  }
}

TEST_CASE("an orchestrator is read back as it was added") {
  for (const std::string id : kBoth) {
    CAPTURE(id);
    Bench bench;
    const auto registry = bench.open(id);
    REQUIRE(registry->add_secret("CLIENT_SECRET_GPU", "fake-value", "of gpu"));
    REQUIRE(registry->add(gpu()));
    const auto found = *registry->find("gpu");
    REQUIRE(found);
    CHECK(found->description == "for tests");
    CHECK(found->environment == "databricks");
    CHECK(found->config == gpu().config);
    CHECK(found->secrets == gpu().secrets);
    CHECK(found->operators.empty());
    CHECK(found->created_ms > 0);
    CHECK(*registry->list() == std::vector<std::string>{"gpu"});
    CHECK_FALSE(registry->add(gpu()));
    REQUIRE(registry->remove("gpu"));
    CHECK_FALSE(registry->find("gpu")->has_value());
  }
}

TEST_CASE("an update, where there is one") {
  for (const std::string id : kBoth) {
    CAPTURE(id);
    Bench bench;
    const auto registry = bench.open(id);
    REQUIRE(registry->add_secret("CLIENT_SECRET_GPU", "fake-value", ""));
    REQUIRE(registry->add(gpu()));
    Orchestrator changed = gpu();
    changed.config.set("jobId", "2");
    const Status updated = registry->update(changed);
    CHECK(updated.has_value() == registry->traits().updates);
    if (updated) CHECK((*registry->find("gpu"))->config == changed.config);
    if (!updated) CHECK(updated.error().code == ErrorCode::unsupported);
  }
}

TEST_CASE("secrets") {
  for (const std::string id : kBoth) {
    CAPTURE(id);
    Bench bench;
    const auto registry = bench.open(id);
    const std::string odd = "quotes \" and ' and \\ and é and \n";
    REQUIRE(registry->add_secret("B_KEY", odd, "the second"));
    REQUIRE(registry->add_secret("A_KEY", "fake", ""));
    CHECK_FALSE(registry->add_secret("A_KEY", "other", ""));
    CHECK(*registry->list_secrets() == std::vector<std::string>{"A_KEY", "B_KEY"});
    REQUIRE(registry->update_secret("B_KEY", "fake-new"));
    CHECK((*registry->find_secret("B_KEY"))->description == "the second");
    CHECK_FALSE(registry->update_secret("NONE", "x"));
    const auto value = registry->secret_value("B_KEY");
    CHECK(value.has_value() == registry->traits().reads_values);
    if (value) CHECK(*value == "fake-new");
    REQUIRE(registry->remove_secret("A_KEY"));
    CHECK(*registry->list_secrets() == std::vector<std::string>{"B_KEY"});
  }
}

TEST_CASE("FiftyOne: who may not is told so") {
  Bench bench;
  CHECK(bench.fiftyone({}, "fake-guest-key")->list().error().code == ErrorCode::permission_denied);
  CHECK(bench.fiftyone({}, "fake-other-key")->list().error().code == ErrorCode::not_authenticated);
}

TEST_CASE("FiftyOne: a list of secrets may be one of objects") {
  Bench bench;
  REQUIRE(bench.fiftyone()->add_secret("KEY", "fake", ""));
  CHECK(*bench.fiftyone("objects")->list_secrets() == std::vector<std::string>{"KEY"});
}

TEST_CASE("FiftyOne: a value in an exception is masked") {
  Bench bench;
  const auto added = bench.fiftyone("add_secret:leaks")->add_secret("KEY", "fake-top-secret", "");
  REQUIRE_FALSE(added);
  CHECK(added.error().code == ErrorCode::remote_failed);
  CHECK(added.error().message.find("fake-top-secret") == std::string::npos);
  CHECK(added.error().message.find("****") != std::string::npos);
}

TEST_CASE("FiftyOne: an SDK that dies, is missing, or cannot be started") {
  Bench bench;
  const auto dead = bench.fiftyone("list_secrets:dies:once");
  CHECK(dead->list_secrets().error().code == ErrorCode::bad_answer);
  CHECK(dead->list_secrets());  // the next call starts it anew
  bench.fiftyone();
  bench.environment["PYTHONPATH"] = bench.directory.path();
  const FiftyOneSettings settings = {"http://127.0.0.1:9", "fake-admin-key", "python3", {}};
  CHECK(bench.open(settings)->list().error().code == ErrorCode::unsupported);
  bench.directory.write("fiftyone/__init__.py", "");
  const auto open_source = bench.open(settings)->list();
  CHECK(open_source.error().message.find("open-source") != std::string::npos);
  const FiftyOneSettings nowhere = {"http://127.0.0.1:9", "fake-admin-key", "/no/python", {}};
  CHECK(bench.open(nowhere)->list().error().code == ErrorCode::file_not_found);
}
