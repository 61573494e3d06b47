#include "databricks/config_file.h"

#include <fmt/core.h>

#include "base/text.h"

namespace orch::databricks {

Result<ConfigFile> parse_config_file(std::string_view text, const std::string& name) {
  ConfigFile file;
  std::string section;
  int number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      if (line.back() != ']') {
        return fail(ErrorCode::invalid_setting, fmt::format("{}:{}: no ] at the end", name, number),
                    "a profile begins with [NAME]");
      }
      section = trim(line.substr(1, line.size() - 2));
      file.profiles[section];
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || section.empty()) {
      return fail(
          ErrorCode::invalid_setting,
          fmt::format("{}:{}: {}", name, number,
                      section.empty() ? "a value stands before any [profile]" : "no = in the line"),
          "lines are key = value below a [profile]");
    }
    const std::string key = lower(trim(line.substr(0, equals)));
    file.profiles[section][key] = trim(line.substr(equals + 1));
  }
  if (const auto settings = file.profiles.find("__settings__"); settings != file.profiles.end()) {
    const auto named = settings->second.find("default_profile");
    if (named != settings->second.end()) file.default_profile = named->second;
    file.profiles.erase(settings);
  }
  return file;
}

}  // namespace orch::databricks
