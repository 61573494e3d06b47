// A bundle's directory: generated, compared with what is there, written.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "bundle/render.h"
#include "doc/value.h"

namespace orch::ops {

struct BundleRequest {
  std::string file;  // "-": standard input
  std::string current_directory;
  std::vector<std::string> set = {};
};

struct Bundle {
  bundle::Spec spec;
  std::vector<bundle::File> files;    // sorted by path
  std::vector<std::string> warnings;  // of the spec
  std::string spec_sha256;            // of the file's text
};
// Reads bundle.yaml and the signature it names, and renders.
Result<Bundle> load_bundle(const BundleRequest& request, const EnvMap& environment);

// How a file of the directory stands to the one that is generated. "Ours": as an earlier run wrote
// it.
enum class FileState : std::uint8_t {
  unchanged,
  create,   // new
  missing,  // an earlier run wrote it, somebody removed it
  update,   // ours, and now another
  edited,   // neither ours nor the generated one
  stale,    // ours, and no longer generated
  foreign,  // in base/ and not ours; never touched
};
std::string_view to_text(FileState state);

struct FileRow {
  std::string path;  // relative to the directory
  FileState state = FileState::unchanged;
  std::string sha256;                       // of the generated one; empty: there is none
  std::string found_sha256;                 // of the one that is there; empty: there is none
  const bundle::File* generated = nullptr;  // into the Bundle; null: there is none
};

struct Comparison {
  std::string directory;
  std::vector<FileRow> rows;           // sorted by path
  std::vector<std::string> leftovers;  // temporary files of a run that was ended
  bool manifest_differs = false;       // its own record needs writing, even if no file does

  bool differs() const;  // any file but a foreign one
  std::vector<const FileRow*> of(FileState state) const;
};

// Reads only. `conflict` when the directory holds another bundle or a symbolic link stands where a
// file belongs.
Result<Comparison> compare_bundle(const Bundle& bundle, const std::string& directory);

// What compare_bundle found as one unified diff, from what is there to what is generated. Files of
// creds/ are named, not shown.
Result<std::string> diff_of(const Comparison& comparison);

struct WriteReply {
  Comparison before;
  std::string saved_diff;  // where --force has put the diff of edited files; empty: there were none
};
// Compares and writes, under a lock. An edited file stops it before anything is written (conflict),
// unless `force`. Interrupted anywhere, the next run completes it.
Result<WriteReply> write_bundle(const Bundle& bundle, const std::string& directory, bool force);

// {"bundle","directory","differs","files":[{path,state,sha256}]}
doc::Value to_value(const Bundle& bundle, const Comparison& comparison);

}  // namespace orch::ops
