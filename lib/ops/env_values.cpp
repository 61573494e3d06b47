#include "ops/env_values.h"

#include <utility>

#include "secrets/source.h"

namespace orch::ops {
namespace {

secrets::Source source_of(const job::EnvValue& value) {
  using From = secrets::Source::From;
  secrets::Source source;
  source.text = value.text;
  source.argv = value.argv;
  switch (value.from) {
    case job::EnvValue::From::text:
      break;
    case job::EnvValue::From::env:
      source.from = From::env;
      break;
    case job::EnvValue::From::file:
      source.from = From::file;
      break;
    case job::EnvValue::From::exec:
      source.from = From::exec;
      break;
  }
  return source;
}

}  // namespace

Result<EnvMap> resolve_env(const job::JobSpec& spec, const EnvMap& environment) {
  EnvMap out;
  for (const auto& [name, value] : spec.env) {
    if (value.from == job::EnvValue::From::text) {
      out[name] = value.text;
    } else {
      auto read = secrets::read_any("env." + name, source_of(value), {environment, {}});
      if (!read && value.from == job::EnvValue::From::env) {
        read.error().hint += "; the queue runner has the environment of who started it";
      }
      out[name] = ORCH_TRY(std::move(read));
    }
  }
  return out;
}

}  // namespace orch::ops
