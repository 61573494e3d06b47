// ~/.databrickscfg: the vendor's INI file of profiles.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::databricks {

using Profile = std::map<std::string, std::string, std::less<>>;

struct ConfigFile {
  std::map<std::string, Profile, std::less<>> profiles;  // DEFAULT is not inherited by the others
  std::string default_profile;                           // of [__settings__]; empty: DEFAULT
};

// Sections, key = value, # and ; comments. `name` stands in errors: invalid_setting, name:line.
Result<ConfigFile> parse_config_file(std::string_view text, const std::string& name);

}  // namespace orch::databricks
