// orch's own settings, each from the first of: its flag, its ORCH_ variable, the provider's own
// variables, the context in the config file, the default. Nothing is opened or read before a
// setting needs it, and nothing is ever created here. The config file:
//
//   context: prod                 # the default context
//   contexts:
//     prod: {state_dir: /srv/orch, output: json}
//   limits: {max_job_managers: 1, max_task_managers: 100}
//   policies:
//     mine: {table: [{up_to: 512, split_size: 4, num_task_managers: 2}, …]}
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "config/fields.h"
#include "doc/value.h"

namespace orch::config {

class ConfigFile;

// One setting. Its key is the field's name; "limits.x" stands under `limits:` at the top of the
// config file, a name without a dot in a context.
struct SettingField {
  Field field;
  std::string_view flag = {};                    // "--state-dir"
  std::string_view variable = {};                // "ORCH_STATE_DIR"; an empty one counts as unset
  std::vector<std::string_view> variables = {};  // the provider's own, first wins
  bool is_path = false;    // made absolute: in the config file from its directory, else from ours
  bool is_secret = false;  // never shown
};

struct SettingSources {
  std::map<std::string, std::string, std::less<>> flags;  // by long name, "--state-dir"
  EnvMap env;
  std::vector<SettingField> more = {};  // beyond core_settings()
};

// A value and where it comes from: "flag --state-dir", "environment ORCH_STATE_DIR",
// "context prod in /home/u/.config/orch/config.yaml:7", "/home/…/config.yaml:3", "default".
struct Setting {
  doc::Value value;  // null: not given and without default
  std::string source;
  bool is_default = false;
};

// For `config view --sources`. A secret's value is "set"; one not given is "".
struct SettingLine {
  std::string key;
  std::string value;
  std::string source;
};

class Settings {
 public:
  explicit Settings(SettingSources sources);
  ~Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // Keys: output, color, state_dir, timeout, log_format, limits.max_job_managers,
  // limits.max_task_managers and those of `more`. Errors: usage for a flag, invalid_setting for a
  // variable or an unknown context, invalid_file with all mistakes of the config file at once.
  Result<Setting> get(std::string_view key) const;
  Result<std::string> text(std::string_view key) const;  // "" when not given
  Result<std::int64_t> integer(std::string_view key) const;
  Result<std::optional<Duration>> duration(std::string_view key) const;

  // The config file's path, whether it exists or not; "" when there is no HOME to look in.
  Setting config_path() const;
  // The context in use; null when there is none.
  Result<Setting> context() const;
  // Own job policies as the file has them (job::parse_policies checks the tables); null: none.
  Result<doc::Value> policies() const;
  // Every setting, for people.
  Result<std::vector<SettingLine>> all() const;

 private:
  Result<const ConfigFile*> file() const;
  Result<Setting> from_file(const SettingField& setting) const;
  Result<Setting> by_default(const SettingField& setting) const;
  Result<std::optional<Setting>> from_outside(const SettingField& setting) const;
  const SettingField* find(std::string_view key) const;

  SettingSources sources_;
  std::vector<SettingField> fields_;
  mutable std::unique_ptr<ConfigFile> file_;  // once read
};

// The settings of every orch.
std::vector<SettingField> core_settings();
// The config file as a table, for its check and its JSON Schema ("Config").
Field config_file_fields(std::span<const SettingField> settings);

}  // namespace orch::config
