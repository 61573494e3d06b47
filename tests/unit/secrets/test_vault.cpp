#include "secrets/vault.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/redact.h"
#include "store/orchestrators.h"
#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::secrets;
using orch::test::TemporaryDirectory;

namespace {

struct Bench {
  TemporaryDirectory directory;
  ManualClock clock;
  store::Store store = std::move(*store::Store::open(directory.path("state")));
  std::string key_path = directory.path("state/vault.key");

  Vault vault(const EnvMap& environment = {}) { return {store, environment, clock}; }
};

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("what is stored is read back, updated and removed") {
  Bench bench;
  Vault vault = bench.vault();
  const std::string odd("line\nand \0 byte", 15);
  REQUIRE(vault.add("TOKEN", odd, "for tests"));
  CHECK(*vault.value("TOKEN") == odd);
  CHECK(vault.add("TOKEN", "x", "").error().code == ErrorCode::already_exists);
  bench.clock.advance(std::chrono::hours(1));
  REQUIRE(vault.update("TOKEN", "second-value", ""));
  CHECK(*vault.value("TOKEN") == "second-value");
  const auto info = *vault.find("TOKEN");
  REQUIRE(info);
  CHECK(info->description == "for tests");
  CHECK(info->updated_ms - info->created_ms == 3'600'000);
  CHECK(vault.update("NONE", "x", "").error().code == ErrorCode::not_found);
  CHECK(vault.list()->size() == 1);
  REQUIRE(vault.remove("TOKEN"));
  CHECK(vault.value("TOKEN").error().code == ErrorCode::not_found);
}

TEST_CASE(
    "the value is nowhere in the state, the key is the owner's alone, and both are hidden in "
    "text") {
  Bench bench;
  REQUIRE(bench.vault().add("TOKEN", "fake-hunter2-value", ""));
  CHECK(mode_of(bench.key_path) == 0600);
  for (const char* file : {"orch.db", "orch.db-wal"}) {
    const auto bytes = read_file(bench.directory.path(std::string("state/") + file));
    if (bytes) CHECK(bytes->find("hunter2") == std::string::npos);
  }
  REQUIRE(bench.vault().value("TOKEN"));
  CHECK(redact("it is fake-hunter2-value!") == "it is ****!");
}

TEST_CASE("a second process uses the first one's key") {
  Bench bench;
  REQUIRE(bench.vault().add("A", "value-a", ""));
  store::Store other = std::move(*store::Store::open(bench.directory.path("state")));
  Vault vault(other, {}, bench.clock);
  CHECK(*vault.value("A") == "value-a");
}

TEST_CASE("a key that is gone, readable by others, damaged or another one") {
  Bench bench;
  REQUIRE(bench.vault().add("A", "value-a", ""));
  const std::string key = *read_file(bench.key_path);
  const auto code = [&](const EnvMap& environment = {}) {
    const auto value = bench.vault(environment).value("A");
    REQUIRE_FALSE(value);
    CHECK_FALSE(value.error().next().empty());
    return value.error().code;
  };
  REQUIRE(::chmod(bench.key_path.c_str(), 0640) == 0);
  CHECK(code() == ErrorCode::secret_unavailable);
  REQUIRE(write_file_atomically(bench.key_path, "nonsense"));
  CHECK(code() == ErrorCode::secret_unavailable);
  REQUIRE(write_file_atomically(bench.key_path, std::string(64, 'a') + "\n"));
  CHECK(code() == ErrorCode::secret_unavailable);
  REQUIRE(remove_tree(bench.key_path));
  CHECK(code() == ErrorCode::secret_unavailable);
  // Not made anew behind the back of the secrets that need the old one.
  CHECK(bench.vault().add("B", "value-b", "").error().code == ErrorCode::secret_unavailable);
  const std::string moved = bench.directory.path("moved.key");
  REQUIRE(write_file_atomically(moved, key));
  CHECK(*bench.vault({{"ORCH_VAULT_KEY_FILE", moved}}).value("A") == "value-a");
  CHECK(code({{"ORCH_VAULT_KEY_FILE", bench.directory.path("none")}}) == ErrorCode::file_not_found);
}

TEST_CASE("a value cannot be moved to another name or changed") {
  Bench bench;
  REQUIRE(bench.vault().add("A", "value-a", ""));
  REQUIRE(bench.vault().add("B", "value-b", ""));
  auto row = **store::vault_row(bench.store, "A");
  row.name = "B";
  REQUIRE(store::update_vault_row(bench.store, row));
  CHECK(bench.vault().value("B").error().code == ErrorCode::secret_unavailable);
  auto own = **store::vault_row(bench.store, "A");
  for (std::size_t at = 0; at < own.sealed.size(); ++at) {
    auto changed = own;
    changed.sealed[at] = static_cast<char>(changed.sealed[at] ^ 1);
    REQUIRE(store::update_vault_row(bench.store, changed));
    CHECK(bench.vault().value("A").error().code == ErrorCode::secret_unavailable);
  }
  own.sealed.resize(10);
  REQUIRE(store::update_vault_row(bench.store, own));
  CHECK(bench.vault().value("A").error().code == ErrorCode::secret_unavailable);
}
