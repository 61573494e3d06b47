#include "config/settings.h"

namespace orch::config {
namespace {

constexpr std::string_view kLimits = "limits.";

Field named(const Field& field, std::string_view name) {
  Field copy = field;
  copy.name = name;
  return copy;
}

}  // namespace

std::vector<SettingField> core_settings() {
  return {
      {.field = text("state_dir", "Where jobs and their results are kept."),
       .flag = "--state-dir",
       .variable = "ORCH_STATE_DIR",
       .is_path = true},
      {.field = text("output", "How standard output is written.")
                    .one_of({"table", "json", "yaml", "ndjson", "name"})
                    .by_default("table"),
       .flag = "--output",
       .variable = "ORCH_OUTPUT"},
      {.field = text("color", "Colour on a terminal.")
                    .one_of({"auto", "always", "never"})
                    .by_default("auto"),
       .flag = "--color",
       .variable = "ORCH_COLOR"},
      {.field = duration("timeout", "How long to wait at most."),
       .flag = "--timeout",
       .variable = "ORCH_TIMEOUT"},
      {.field = text("log_format", "How messages on standard error are written.")
                    .one_of({"text", "json"})
                    .by_default("text"),
       .flag = "--log-format",
       .variable = "ORCH_LOG_FORMAT"},
      {.field = integer("limits.max_job_managers", "Jobs that run at once.")
                    .between("1", "1000")
                    .by_default("1"),
       .variable = "ORCH_MAX_JOB_MANAGERS"},
      {.field = integer("limits.max_task_managers", "Task managers of one job at most.")
                    .between("1", "100000")
                    .by_default("100"),
       .variable = "ORCH_MAX_TASK_MANAGERS"},
  };
}

Field config_file_fields(std::span<const SettingField> settings) {
  Field in_context = mapping("", "A set of settings.", {});
  Field limits = mapping("limits", "What the jobs of this machine may use together.", {});
  for (const SettingField& setting : settings) {
    const std::string_view key = setting.field.name;
    if (key.starts_with(kLimits)) {
      limits.fields.push_back(named(setting.field, key.substr(kLimits.size())));
    } else {
      in_context.fields.push_back(setting.field);
    }
  }
  return mapping(
      "Config", "The config file of orch.",
      {text("context", "The context to use when none is named."),
       map_of("contexts", "Sets of settings by name.", std::move(in_context)), std::move(limits),
       map_of("policies", "Own job policies by name.",
              mapping("", "A policy.",
                      {list("table", "Rows of up_to, split_size and num_task_managers.",
                            any("", "A row."))
                           .required()}))});
}

}  // namespace orch::config
