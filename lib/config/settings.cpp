#include "config/settings.h"

#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"
#include "config/config_file.h"
#include "config/kinds.h"

namespace orch::config {
namespace {

Setting setting(doc::Value value, std::string source) {
  return Setting{std::move(value), std::move(source), false};
}

// The value that a flag or variable spells for the field.
Result<doc::Value> read_text(std::string_view text, const SettingField& setting,
                             std::string_view name, ErrorCode code) {
  doc::Value value(text);
  if (fitting_kinds(value, setting.field) == 0) value = value_from_text(text, setting.field);
  const std::string wrong = fitting_kinds(value, setting.field) == 0
                                ? wrong_kind(value, setting.field)
                                : wrong_value(value, setting.field);
  if (!wrong.empty()) {
    return fail(code, setting.is_secret ? fmt::format("{} is not usable", name)
                                        : fmt::format("{} {}", name, wrong));
  }
  if (setting.is_path) return doc::Value(resolve(current_directory(), text));
  return value;
}

std::optional<std::string> absolute_directory(const EnvMap& env, std::string_view variable) {
  auto value = get(env, variable);
  return value && value->starts_with('/') ? value : std::nullopt;
}

std::string shown(const SettingField& field, const doc::Value& value) {
  if (value.is_null()) return "";
  if (field.is_secret) return "set";
  return value.string() != nullptr ? *value.string() : doc::to_json(value);
}

}  // namespace

Settings::Settings(SettingSources sources)
    : sources_(std::move(sources)), fields_(core_settings()) {
  for (SettingField& more : sources_.more) fields_.push_back(std::move(more));
}

Settings::~Settings() = default;

const SettingField* Settings::find(std::string_view key) const {
  for (const SettingField& field : fields_) {
    if (field.field.name == key) return &field;
  }
  return nullptr;
}

Setting Settings::config_path() const {
  if (const auto flag = sources_.flags.find("--config"); flag != sources_.flags.end()) {
    return setting(resolve(current_directory(), flag->second), "flag --config");
  }
  if (const auto path = orch::get(sources_.env, "ORCH_CONFIG"); path && !path->empty()) {
    return setting(resolve(current_directory(), *path), "environment ORCH_CONFIG");
  }
  Setting found{std::string(), "default", true};
  if (const auto xdg = absolute_directory(sources_.env, "XDG_CONFIG_HOME")) {
    found.value = *xdg + "/orch/config.yaml";
  } else if (const auto home = absolute_directory(sources_.env, "HOME")) {
    found.value = *home + "/.config/orch/config.yaml";
  }
  return found;
}

Result<const ConfigFile*> Settings::file() const {
  if (file_ == nullptr) {
    const Setting path = config_path();
    file_ = std::make_unique<ConfigFile>(ORCH_TRY(ConfigFile::read(
        *path.value.string(), !path.is_default, config_file_fields(fields_), sources_.env)));
  }
  return file_.get();
}

Result<Setting> Settings::context() const {
  if (const auto flag = sources_.flags.find("--context"); flag != sources_.flags.end()) {
    return setting(flag->second, "flag --context");
  }
  if (const auto name = orch::get(sources_.env, "ORCH_CONTEXT"); name && !name->empty()) {
    return setting(*name, "environment ORCH_CONTEXT");
  }
  const ConfigFile* config = ORCH_TRY(file());
  if (const doc::Value* name = config->document().find("context")) {
    return setting(*name, config->place(*name));
  }
  return Setting{{}, "default", true};
}

Result<std::optional<Setting>> Settings::from_outside(const SettingField& field) const {
  if (const auto flag = sources_.flags.find(field.flag); flag != sources_.flags.end()) {
    auto value = ORCH_TRY(read_text(flag->second, field, field.flag, ErrorCode::usage));
    return setting(std::move(value), fmt::format("flag {}", field.flag));
  }
  std::vector<std::string_view> variables = {field.variable};
  variables.insert(variables.end(), field.variables.begin(), field.variables.end());
  for (const std::string_view variable : variables) {
    const auto text = orch::get(sources_.env, variable);
    if (!text || text->empty()) continue;
    auto value = ORCH_TRY(read_text(*text, field, variable, ErrorCode::invalid_setting));
    return setting(std::move(value), fmt::format("environment {}", variable));
  }
  return std::nullopt;
}

Result<Setting> Settings::from_file(const SettingField& field) const {
  const ConfigFile* config = ORCH_TRY(file());
  const std::string_view key = field.field.name;
  const std::size_t dot = key.find('.');
  if (dot != std::string_view::npos) {
    const doc::Value* group = config->document().find(key.substr(0, dot));
    const doc::Value* value = group != nullptr ? group->find(key.substr(dot + 1)) : nullptr;
    return value != nullptr ? setting(*value, config->place(*value)) : by_default(field);
  }
  const Setting in_use = ORCH_TRY(context());
  if (in_use.value.is_null()) return by_default(field);
  const std::string& name = *in_use.value.string();
  const doc::Value* settings = ORCH_TRY(config->context(name, in_use.source));
  const doc::Value* value = settings->find(key);
  if (value == nullptr) return by_default(field);
  Setting found =
      setting(*value, fmt::format("context {} in {}", printable(name), config->place(*value)));
  if (field.is_path && value->string() != nullptr) {
    found.value = resolve(directory_of(config->path()), *value->string());
  }
  return found;
}

Result<Setting> Settings::by_default(const SettingField& field) const {
  Setting found{{}, "default", true};
  if (!field.field.fallback.empty()) {
    found.value = value_from_text(field.field.fallback, field.field);
  }
  if (field.field.name != "state_dir") return found;
  if (const auto xdg = absolute_directory(sources_.env, "XDG_STATE_HOME")) {
    found.value = *xdg + "/orch";
  } else if (const auto home = absolute_directory(sources_.env, "HOME")) {
    found.value = *home + "/.local/state/orch";
  } else {
    return fail(ErrorCode::invalid_setting, "no directory to keep jobs in: HOME is not set",
                "set HOME, or give --state-dir DIR");
  }
  return found;
}

Result<Setting> Settings::get(std::string_view key) const {
  const SettingField* field = find(key);
  if (field == nullptr) return fail(ErrorCode::bug, fmt::format("no setting {}", key));
  auto outside = ORCH_TRY(from_outside(*field));
  if (outside) return std::move(*outside);
  return from_file(*field);
}

Result<std::string> Settings::text(std::string_view key) const {
  const Setting found = ORCH_TRY(get(key));
  const auto* text = found.value.string();
  return text != nullptr ? *text : std::string();
}

Result<std::int64_t> Settings::integer(std::string_view key) const {
  const Setting found = ORCH_TRY(get(key));
  const auto* number = found.value.integer();
  return number != nullptr ? *number : 0;
}

Result<std::optional<Duration>> Settings::duration(std::string_view key) const {
  const std::string spelled = ORCH_TRY(text(key));
  if (spelled.empty()) return std::nullopt;
  return ORCH_TRY(parse_duration(spelled));
}

Result<doc::Value> Settings::policies() const {
  const ConfigFile* config = ORCH_TRY(file());
  const doc::Value* policies = config->document().find("policies");
  return policies != nullptr ? *policies : doc::Value();
}

Result<std::vector<SettingLine>> Settings::all() const {
  const Setting path = config_path();
  const Setting in_use = ORCH_TRY(context());
  const bool absent = !exists(*path.value.string());
  std::vector<SettingLine> lines = {
      {"config", *path.value.string(), path.source + (absent ? " (absent)" : "")},
      {"context", in_use.value.is_null() ? "" : *in_use.value.string(), in_use.source}};
  for (const SettingField& field : fields_) {
    const Setting found = ORCH_TRY(get(field.field.name));
    lines.push_back({std::string(field.field.name), shown(field, found.value), found.source});
  }
  const ConfigFile* config = ORCH_TRY(file());
  if (const doc::Value* policies = config->document().find("policies")) {
    for (const auto& [name, policy] : *policies->object()) {
      lines.push_back({"policies." + name, doc::to_json(policy), config->place(policy)});
    }
  }
  return lines;
}

}  // namespace orch::config
