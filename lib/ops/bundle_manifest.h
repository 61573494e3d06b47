// .orch/manifest.json of a bundle's directory: what orch wrote there.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::ops {

struct Manifest {
  struct Entry {
    std::string sha256;
    std::string mode;  // "0644"
    bool operator==(const Entry&) const = default;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;  // by path

  std::string bundle;
  std::string version;  // of orch
  std::string spec_sha256;
  Entries files;
  Entries pending;  // what a run is about to write; empty once it has ended well

  bool operator==(const Manifest&) const = default;
  // Whether these bytes are what an earlier run wrote, or was writing, there.
  bool is_ours(std::string_view path, std::string_view sha256) const;
};

inline constexpr std::string_view kManifestPath = ".orch/manifest.json";

// An empty one when there is none.
Result<Manifest> read_manifest(const std::string& directory);
Status write_manifest(const Manifest& manifest, const std::string& directory);

}  // namespace orch::ops
