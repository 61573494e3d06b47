#include "store/orchestrators.h"

#include <doctest/doctest.h>

#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::store;
using orch::test::TemporaryDirectory;

TEST_CASE("orchestrators by registry and name") {
  const TemporaryDirectory directory;
  auto store = Store::open(directory.path());
  REQUIRE(store);
  OrchestratorRow row{"gpu", "local", "databricks", "d", "{}", "{}", "[]", "{}", 1, 2, 3};
  REQUIRE(put_orchestrator(*store, row));
  row.registry = "fiftyone";
  row.description = "there";
  REQUIRE(put_orchestrator(*store, row));
  row.description = "changed";
  REQUIRE(put_orchestrator(*store, row));
  CHECK(orchestrators(*store)->size() == 2);
  const auto local = *orchestrator(*store, "local", "gpu");
  REQUIRE(local);
  CHECK(local->description == "d");
  CHECK(local->refreshed_ms == 3);
  CHECK((*orchestrator(*store, "fiftyone", "gpu"))->description == "changed");
  CHECK_FALSE(orchestrator(*store, "local", "other")->has_value());
  REQUIRE(remove_orchestrator(*store, "local", "gpu"));
  CHECK(remove_orchestrator(*store, "local", "gpu").error().code == ErrorCode::not_found);
  CHECK(orchestrators(*store)->size() == 1);
}

TEST_CASE("vault rows keep any bytes") {
  const TemporaryDirectory directory;
  auto store = Store::open(directory.path());
  REQUIRE(store);
  const std::string sealed("\0\x01\xff'\0", 5);
  const VaultRow row{"KEY", "d", sealed, 1, 2};
  REQUIRE(add_vault_row(*store, row));
  CHECK(add_vault_row(*store, row).error().code == ErrorCode::already_exists);
  CHECK((*vault_row(*store, "KEY"))->sealed == sealed);
  CHECK(vault_rows(*store)->front().sealed.empty());
  CHECK(update_vault_row(*store, {"NONE", "", "x", 0, 0}).error().code == ErrorCode::not_found);
  REQUIRE(update_vault_row(*store, {"KEY", "e", "new", 0, 9}));
  const auto updated = *vault_row(*store, "KEY");
  CHECK(updated->sealed == "new");
  CHECK(updated->created_ms == 1);
  CHECK(updated->updated_ms == 9);
  REQUIRE(remove_vault_row(*store, "KEY"));
  CHECK(remove_vault_row(*store, "KEY").error().code == ErrorCode::not_found);
}
