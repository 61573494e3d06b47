#include "ops/bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/diff.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/bundle_manifest.h"
#include "ops/bundle_tree.h"
#include "ops/file_kind.h"

namespace orch::ops {
namespace {

constexpr std::string_view kStates[] = {"unchanged", "create", "missing", "update",
                                        "edited",    "stale",  "foreign"};

Result<FileRow> row_of(const bundle::File& file, const Manifest& manifest,
                       const std::string& directory) {
  FileRow row{file.path, FileState::unchanged, file.sha256, {}, &file};
  const auto there = ORCH_TRY(read_plain(directory, file.path));
  if (!there) {
    const bool known = manifest.files.contains(file.path) || manifest.pending.contains(file.path);
    row.state = known ? FileState::missing : FileState::create;
    return row;
  }
  row.found_sha256 = *there == file.content ? file.sha256 : sha256(*there);
  if (row.found_sha256 == row.sha256) return row;
  const bool ours = manifest.is_ours(file.path, row.found_sha256);
  row.state = ours ? FileState::update : FileState::edited;
  return row;
}

// Of earlier runs, and not generated any more.
Status add_stale(const Manifest& manifest, Comparison& comparison) {
  std::set<std::string, std::less<>> generated;
  for (const FileRow& row : comparison.rows) generated.insert(row.path);
  std::set<std::string, std::less<>> paths;
  for (const auto* entries : {&manifest.files, &manifest.pending}) {
    for (const auto& [path, entry] : *entries) {
      if (!generated.contains(path)) paths.insert(path);
    }
  }
  for (const std::string& path : paths) {
    const auto there = ORCH_TRY(read_plain(comparison.directory, path));
    if (!there) continue;
    const std::string found = sha256(*there);
    const bool ours = manifest.is_ours(path, found);
    comparison.rows.push_back(
        {path, ours ? FileState::stale : FileState::edited, {}, found, nullptr});
  }
  return {};
}

void add_foreign(const std::vector<std::string>& present, Comparison& comparison) {
  std::set<std::string, std::less<>> known;
  for (const FileRow& row : comparison.rows) known.insert(row.path);
  for (const std::string& path : present) {
    if (known.contains(path)) continue;
    comparison.rows.push_back({path, FileState::foreign, {}, {}, nullptr});
  }
}

bool is_secret(std::string_view path) { return path.starts_with("example/creds/"); }

}  // namespace

std::string_view to_text(FileState state) { return kStates[static_cast<std::size_t>(state)]; }

bool Comparison::differs() const {
  return std::any_of(rows.begin(), rows.end(), [](const FileRow& row) {
    return row.state != FileState::unchanged && row.state != FileState::foreign;
  });
}

std::vector<const FileRow*> Comparison::of(FileState state) const {
  std::vector<const FileRow*> found;
  for (const FileRow& row : rows) {
    if (row.state == state) found.push_back(&row);
  }
  return found;
}

Result<Bundle> load_bundle(const BundleRequest& request, const EnvMap& environment) {
  const bool standard_input = request.file == "-";
  const std::string path =
      standard_input ? "standard input" : resolve(request.current_directory, request.file);
  if (!standard_input && is_directory(path)) {
    return fail(ErrorCode::file_not_found, path + " is a directory", "name the bundle.yaml in it");
  }
  const std::string text = ORCH_TRY(standard_input ? read_fd(0, path) : read_file(path));
  bundle::SpecOptions options;
  options.name = standard_input ? "-" : path;
  options.base_directory = standard_input ? request.current_directory : directory_of(path);
  options.environment = &environment;
  options.set = request.set;
  const doc::Value document = ORCH_TRY(doc::parse_yaml(text, path));
  ORCH_TRY(check_kind(document, "Bundle", request.file));
  auto parsed = ORCH_TRY(bundle::parse_bundle(document, options));
  Bundle bundle;
  bundle.spec = std::move(parsed.spec);
  bundle.warnings = std::move(parsed.warnings);
  bundle.spec_sha256 = sha256(text);
  auto signature = read_file(bundle.spec.signature);
  if (!signature) {
    Error error = std::move(signature).error();
    error.message = "proxy.signature: " + error.message;
    return fail(std::move(error));
  }
  for (std::string& warning : bundle::signature_warnings(bundle.spec, *signature)) {
    bundle.warnings.push_back(std::move(warning));
  }
  bundle.files = bundle::render(bundle.spec, *signature);
  return bundle;
}

Result<Comparison> compare_bundle(const Bundle& bundle, const std::string& directory) {
  Comparison comparison;
  comparison.directory = directory;
  const Manifest manifest = ORCH_TRY(read_manifest(directory));
  if (!manifest.bundle.empty() && manifest.bundle != bundle.spec.name) {
    return fail(ErrorCode::conflict,
                fmt::format("{} holds the bundle {}", directory, printable(manifest.bundle)),
                fmt::format("generate {} into another directory: the services of two bundles have "
                            "the same names",
                            bundle.spec.name));
  }
  ORCH_TRY(check_directories(bundle, directory));
  for (const bundle::File& file : bundle.files) {
    comparison.rows.push_back(ORCH_TRY(row_of(file, manifest, directory)));
  }
  ORCH_TRY(add_stale(manifest, comparison));
  const Tree tree = ORCH_TRY(list_tree(bundle, directory));
  add_foreign(tree.base_files, comparison);
  comparison.leftovers = tree.leftovers;
  std::sort(comparison.rows.begin(), comparison.rows.end(),
            [](const FileRow& a, const FileRow& b) { return a.path < b.path; });
  comparison.manifest_differs = manifest != manifest_of(bundle);
  return comparison;
}

Result<std::string> diff_of(const Comparison& comparison) {
  std::string text;
  for (const FileRow& row : comparison.rows) {
    if (row.state == FileState::unchanged || row.state == FileState::foreign) continue;
    const auto there = ORCH_TRY(read_plain(comparison.directory, row.path));
    const std::string before = there ? "a/" + row.path : "/dev/null";
    const std::string after = row.generated != nullptr ? "b/" + row.path : "/dev/null";
    if (is_secret(row.path) && there) {
      text += fmt::format("--- {}\n+++ {}\n(not shown: it may hold credentials)\n", before, after);
      continue;
    }
    text += unified_diff(before, there.value_or(""), after,
                         row.generated != nullptr ? row.generated->content : "");
  }
  return text;
}

doc::Value to_value(const Bundle& bundle, const Comparison& comparison) {
  doc::Value::Array files;
  for (const FileRow& row : comparison.rows) {
    doc::Value file;
    file.set("path", row.path);
    file.set("state", to_text(row.state));
    file.set("sha256", row.sha256.empty() ? doc::Value() : doc::Value(row.sha256));
    files.push_back(std::move(file));
  }
  doc::Value value;
  value.set("bundle", bundle.spec.name);
  value.set("directory", comparison.directory);
  value.set("differs", comparison.differs());
  value.set("files", std::move(files));
  return value;
}

}  // namespace orch::ops
