// The operators that the plugins below a directory declare, found as FiftyOne finds them: links are
// followed, hidden folders left out, nothing is looked for below a plugin, and of two plugins with
// one name the first counts. Operators that only exist once JavaScript runs are not declared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "doc/value.h"

namespace orch::entrypoint {

struct Plugin {
  std::string name;
  std::string version;                 // empty: not given
  std::string directory;               // relative to the one scanned; "." for itself
  std::vector<std::string> operators;  // names, in the order of the file
};

struct PluginScan {
  std::vector<Plugin> plugins;  // by name
  // Files that could not be used and why, one line each: "x/fiftyone.yml:3:1: …".
  std::vector<std::string> problems;

  // "PLUGIN/OPERATOR", sorted.
  std::vector<std::string> operator_uris() const;
};

// Errors: file_not_found or file_unreadable for the directory itself.
Result<PluginScan> scan_plugins(const std::string& directory);
// A fiftyone.yml or .yaml lies below it; stops at the first.
bool has_plugin(const std::string& directory);

doc::Value to_value(const PluginScan& scan);
// What marks the one line with that value in a job's log.
inline constexpr std::string_view kOperatorsMark = "ORCH_OPERATORS ";

}  // namespace orch::entrypoint
