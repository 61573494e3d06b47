// The rows of `orch doctor` about this machine.
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/text.h"
#include "entrypoint/checks.h"
#include "http/ca_bundle.h"
#include "ops/doctor.h"
#include "secrets/vault.h"
#include "store/sequence.h"
#include "store/store.h"

namespace orch::ops {
namespace {

// f_type of statfs(2): NFS, SMB 1, SMB 2 and 3, FUSE. SQLite's locks cannot be relied on there.
constexpr std::array<std::uint32_t, 4> kRemoteDisks = {0x6969, 0xFF534D42, 0xFE534D42, 0x65735546};

// The directory, or the nearest above it that exists.
std::string existing_part(std::string path) {
  while (!exists(path) && path.size() > 1) path = directory_of(path);
  return path;
}

Check check_state_directory(const std::string& path) {
  const std::string name = "state";
  const std::string there = existing_part(path);
  if (!is_directory(there) || ::access(there.c_str(), W_OK | X_OK) != 0) {
    return {name, Verdict::fail, fmt::format("{} cannot be written", printable(there)),
            "point --state-dir at a writable directory on a local disk"};
  }
  struct statfs disk {};
  if (::statfs(there.c_str(), &disk) == 0 &&
      std::find(kRemoteDisks.begin(), kRemoteDisks.end(),
                static_cast<std::uint32_t>(disk.f_type)) != kRemoteDisks.end()) {
    return {name, Verdict::warn, fmt::format("{} is not on a local disk", printable(path)),
            "point --state-dir at one: locks of several orch are not reliable over a network"};
  }
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0 && (facts.st_mode & 077U) != 0) {
    return {name, Verdict::warn, fmt::format("others may read {}", printable(path)),
            fmt::format("chmod 700 {}", printable(path))};
  }
  return {name, Verdict::ok,
          there == path ? printable(path)
                        : fmt::format("{} is made when it is needed", printable(path))};
}

// One value is decrypted: the key fits or it does not.
Checks check_vault(store::Store& store, const EnvMap& environment, Clock& clock) {
  secrets::Vault vault(store, environment, clock);
  const auto secrets = vault.list();
  if (!secrets) return {failed_check("vault", secrets.error())};
  if (secrets->empty()) return {};
  if (const auto value = vault.value(secrets->front().name); !value) {
    return {failed_check("vault", value.error())};
  }
  return {{"vault", Verdict::ok,
           fmt::format("{} secret{} stored, and the key fits", secrets->size(),
                       secrets->size() == 1 ? "" : "s")}};
}

Checks check_sequences(store::Store& store) {
  const auto open = store::open_sequences(store);
  if (!open) return {failed_check("half-done", open.error())};
  Checks checks;
  for (const store::SequenceRow& sequence : *open) {
    checks.push_back(
        {"half-done", Verdict::warn,
         fmt::format("{} {} was interrupted", sequence.kind, printable(sequence.subject)),
         fmt::format("run the same `orch {}` again", sequence.kind)});
  }
  return checks;
}

Checks check_store(const std::string& directory, const EnvMap& environment, Clock& clock) {
  auto store = store::Store::open_existing(directory);
  if (!store) return {failed_check("database", store.error())};
  if (!*store) return {};
  Checks checks = check_vault(**store, environment, clock);
  for (Check& check : check_sequences(**store)) checks.push_back(std::move(check));
  return checks;
}

Check check_certificates(const EnvMap& environment) {
  const auto bundle = http::find_ca_bundle(environment);
  if (!bundle) return failed_check("https", bundle.error());
  return {"https", Verdict::ok, fmt::format("authorities from {}", printable(*bundle))};
}

// In a container that FiftyOne commands run in: what `serve-entrypoint` would say at the start.
Checks check_container(const EnvMap& environment) {
  if (!entrypoint::concerns_fiftyone({}, environment)) return {};
  const std::string name = "container";
  Checks checks;
  for (const auto& finding : entrypoint::check_environment({}, environment).findings) {
    checks.push_back(
        {name, finding.fatal ? Verdict::fail : Verdict::warn, finding.message, finding.cure});
  }
  if (checks.empty()) checks.push_back({name, Verdict::ok, "FiftyOne's variables are in order"});
  return checks;
}

}  // namespace

Checks check_machine(const std::string& state_directory, const EnvMap& environment, Clock& clock) {
  Checks checks = {check_state_directory(state_directory)};
  for (Check& check : check_store(state_directory, environment, clock))
    checks.push_back(std::move(check));
  checks.push_back(check_certificates(environment));
  for (Check& check : check_container(environment)) checks.push_back(std::move(check));
  return checks;
}

}  // namespace orch::ops
