// From the document as it was read to one that may be trusted.
#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "config/fields.h"
#include "config/report.h"
#include "doc/value.h"

namespace orch::config {

struct PrepareOptions {
  std::vector<std::string> set = {};    // "path=value", as --set takes it
  const EnvMap* environment = nullptr;  // for ${VAR}; null: texts stay as they are
};

// Moves aliases to their fields, applies --set, replaces ${VAR}, then checks everything. Mistakes
// go to the report; the result may be used when report.ok().
doc::Value prepare(doc::Value document, const Field& table, const PrepareOptions& options,
                   Report& report);

// The single steps.
void apply_aliases(doc::Value& document, const Field& table, Report& report);
// Paths are dotted, list items by index ("input.list.0" or "input.list[0]", one past the end
// appends). The value is YAML (`[1, 2]`, `{a: b}`), taken as text where only text may stand.
// Setting one member of an exactly_one_of group removes the others.
void apply_set(doc::Value& document, const Field& table, const std::vector<std::string>& set,
               Report& report);
// ${VAR} and ${VAR:-default} (unset or empty), $$ a dollar, in text values only; any other $ stays.
// Where no text may stand the result becomes the number or boolean it spells. --set values stay.
void interpolate(doc::Value& document, const Field& table, const EnvMap& environment,
                 Report& report);
// Unknown fields, wrong kinds and values, groups, missing fields.
void check(const doc::Value& document, const Field& table, Report& report);

}  // namespace orch::config
