#include "ops/bundle_manifest.h"

#include <fmt/core.h>

#include "base/file.h"
#include "doc/value.h"

namespace orch::ops {
namespace {

doc::Value to_value(const Manifest::Entries& entries) {
  doc::Value::Object members;
  for (const auto& [path, entry] : entries) {
    doc::Value one;
    one.set("sha256", entry.sha256);
    if (!entry.mode.empty()) one.set("mode", entry.mode);
    members.emplace_back(path, std::move(one));
  }
  return members;
}

Manifest::Entries entries_of(const doc::Value* value) {
  Manifest::Entries entries;
  if (value == nullptr || value->object() == nullptr) return entries;
  for (const auto& [path, entry] : *value->object()) {
    entries[path] = {entry.text("sha256"), entry.text("mode")};
  }
  return entries;
}

}  // namespace

bool Manifest::is_ours(std::string_view path, std::string_view sha256) const {
  const auto in = [&](const Entries& entries) {
    const auto found = entries.find(path);
    return found != entries.end() && found->second.sha256 == sha256;
  };
  return in(files) || in(pending);
}

Result<Manifest> read_manifest(const std::string& directory) {
  const std::string path = fmt::format("{}/{}", directory, kManifestPath);
  Manifest manifest;
  if (!exists(path)) return manifest;
  auto read = doc::parse_json(ORCH_TRY(read_file(path)), path);
  if (!read) {
    Error error = std::move(read).error();
    error.hint =
        "remove it: orch then compares with what it generates, and takes the rest for edited";
    return fail(std::move(error));
  }
  const doc::Value& value = *read;
  manifest.bundle = value.text("bundle");
  manifest.version = value.text("orch");
  manifest.spec_sha256 = value.text("spec_sha256");
  manifest.files = entries_of(value.find("files"));
  manifest.pending = entries_of(value.find("pending"));
  return manifest;
}

Status write_manifest(const Manifest& manifest, const std::string& directory) {
  doc::Value value;
  value.set("schema", "orch/v1");
  value.set("bundle", manifest.bundle);
  value.set("orch", manifest.version);
  value.set("spec_sha256", manifest.spec_sha256);
  value.set("files", to_value(manifest.files));
  if (!manifest.pending.empty()) value.set("pending", to_value(manifest.pending));
  constexpr mode_t kReadable = 0644;
  return write_file_atomically(fmt::format("{}/{}", directory, kManifestPath),
                               doc::to_pretty_json(value), kReadable);
}

}  // namespace orch::ops
