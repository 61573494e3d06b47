#include "entrypoint/operators.h"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace orch::entrypoint {
namespace {

constexpr std::uint64_t kMostManifestBytes = 1 << 20;

bool is_manifest(std::string_view name) {
  return name == "fiftyone.yml" || name == "fiftyone.yaml";
}

// One folder: its manifest if it is a plugin, else the folders to look into.
struct Folder {
  std::optional<std::string> manifest;
  std::vector<std::string> folders;  // sorted, hidden ones left out
};

Result<Folder> list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (stream == nullptr) return fail(read_error("list", directory, errno));
  Folder folder;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    struct stat status {};
    if (::stat(fmt::format("{}/{}", directory, name).c_str(), &status) != 0) continue;
    if (is_manifest(name) && S_ISREG(status.st_mode)) {
      // With both, the same one every time.
      if (!folder.manifest || name < *folder.manifest) folder.manifest = name;
    } else if (S_ISDIR(status.st_mode) && !name.starts_with('.')) {
      folder.folders.push_back(name);
    }
  }
  std::sort(folder.folders.begin(), folder.folders.end());
  return folder;
}

// Visits every manifest; a link back to a folder that was seen is not followed again.
class Walk {
 public:
  // `each` takes the plugin's folder and the manifest's name; false ends the walk.
  using Each = std::function<bool(const std::string& directory, const std::string& manifest)>;
  Walk(std::string root, Each each) : root_(std::move(root)), each_(std::move(each)) {}

  // Only the root must be readable; the rest is looked at as far as it goes.
  Status run() {
    const Folder first = ORCH_TRY(list(root_));
    visit(".", first);
    return {};
  }
  const std::vector<std::string>& unreadable() const { return unreadable_; }

 private:
  bool visit(const std::string& place, const Folder& folder) {
    if (folder.manifest) return each_(place, *folder.manifest);
    return std::all_of(folder.folders.begin(), folder.folders.end(), [&](const std::string& name) {
      const std::string inner = place == "." ? name : fmt::format("{}/{}", place, name);
      const std::string path = fmt::format("{}/{}", root_, inner);
      if (!is_new(path)) return true;
      const auto found = list(path);
      if (!found) unreadable_.push_back(found.error().message);
      return !found || visit(inner, *found);
    });
  }

  bool is_new(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return false;
    return seen_.emplace(status.st_dev, status.st_ino).second;
  }

  std::string root_;
  Each each_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::vector<std::string> unreadable_;
};

// As the file spells it: `version: 1.0` is a number to YAML.
std::string spelled(const doc::Value& manifest, std::string_view key) {
  const doc::Value* member = manifest.find(key);
  if (member == nullptr || member->is_null()) return {};
  return member->string() != nullptr ? *member->string() : doc::to_json(*member);
}

// The plugin of one manifest; nothing for what is no plugin (another `type:`).
Result<std::optional<Plugin>> read_plugin(const std::string& path, const std::string& shown) {
  const std::string text = ORCH_TRY(read_file(path, kMostManifestBytes));
  const doc::Value manifest = ORCH_TRY(doc::parse_yaml(text, shown));
  const std::string type = manifest.text("type");
  if (!type.empty() && type != "plugin") return std::nullopt;
  Plugin plugin;
  plugin.name = spelled(manifest, "name");
  if (plugin.name.empty()) {
    return fail(ErrorCode::invalid_file, fmt::format("{}: name: is missing", shown));
  }
  plugin.version = spelled(manifest, "version");
  const doc::Value* operators = manifest.find("operators");
  if (operators == nullptr || operators->is_null()) return plugin;
  if (operators->array() == nullptr) {
    return fail(ErrorCode::invalid_file,
                fmt::format("{}:{}: operators: must be a list, not {}", shown,
                            operators->position().line, operators->kind_name()));
  }
  for (const doc::Value& each : *operators->array()) {
    if (each.string() == nullptr) {
      return fail(ErrorCode::invalid_file,
                  fmt::format("{}:{}: operators: must hold names, not {}", shown,
                              each.position().line, each.kind_name()));
    }
    plugin.operators.push_back(*each.string());
  }
  return plugin;
}

}  // namespace

std::vector<std::string> PluginScan::operator_uris() const {
  std::vector<std::string> uris;
  for (const Plugin& plugin : plugins) {
    for (const std::string& name : plugin.operators) uris.push_back(plugin.name + "/" + name);
  }
  std::sort(uris.begin(), uris.end());
  uris.erase(std::unique(uris.begin(), uris.end()), uris.end());
  return uris;
}

Result<PluginScan> scan_plugins(const std::string& directory) {
  PluginScan scan;
  Walk walk(directory, [&](const std::string& place, const std::string& manifest) {
    const std::string shown = place == "." ? manifest : fmt::format("{}/{}", place, manifest);
    auto plugin = read_plugin(fmt::format("{}/{}", directory, shown), shown);
    if (!plugin) {
      scan.problems.push_back(plugin.error().message);
      for (const std::string& detail : plugin.error().details) scan.problems.push_back(detail);
      return true;
    }
    if (!*plugin) return true;
    (*plugin)->directory = place;
    const auto same =
        std::find_if(scan.plugins.begin(), scan.plugins.end(),
                     [&](const Plugin& other) { return other.name == (*plugin)->name; });
    if (same == scan.plugins.end()) {
      scan.plugins.push_back(std::move(**plugin));
    } else {
      scan.problems.push_back(
          fmt::format("{}: the name {} is taken by {}; FiftyOne loads only one of them", shown,
                      printable((*plugin)->name), same->directory));
    }
    return true;
  });
  ORCH_TRY(walk.run());
  for (const std::string& message : walk.unreadable()) scan.problems.push_back(message);
  std::sort(scan.plugins.begin(), scan.plugins.end(),
            [](const Plugin& a, const Plugin& b) { return a.name < b.name; });
  return scan;
}

bool has_plugin(const std::string& directory) {
  bool found = false;
  Walk walk(directory, [&](const std::string&, const std::string&) {
    found = true;
    return false;
  });
  return walk.run() && found;
}

doc::Value to_value(const PluginScan& scan) {
  doc::Value::Array plugins;
  for (const Plugin& plugin : scan.plugins) {
    doc::Value::Array operators(plugin.operators.begin(), plugin.operators.end());
    doc::Value value;
    value.set("name", plugin.name);
    if (!plugin.version.empty()) value.set("version", plugin.version);
    value.set("directory", plugin.directory);
    value.set("operators", std::move(operators));
    plugins.push_back(std::move(value));
  }
  const std::vector<std::string> uris = scan.operator_uris();
  doc::Value value;
  value.set("operators", doc::Value::Array(uris.begin(), uris.end()));
  value.set("plugins", std::move(plugins));
  value.set("problems", doc::Value::Array(scan.problems.begin(), scan.problems.end()));
  return value;
}

}  // namespace orch::entrypoint
