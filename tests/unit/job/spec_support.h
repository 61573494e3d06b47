// Job files as texts, for the tests of the spec.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "doc/value.h"
#include "job/spec.h"

namespace orch::job {

// Parses as `orch submit` would; what the fixture does not set lies in / and /current.
struct JobFile {
  EnvMap environment;
  SpecOptions options{"job.yaml", "/", {}, "/current", &environment, {}};

  Result<JobSpec> parse(std::string_view yaml) const {
    auto document = doc::parse_yaml(yaml, options.name);
    if (!document) return fail(std::move(document).error());
    return parse_job(*document, options);
  }
  // The mistakes, one a line; "" when there are none.
  std::string mistakes(std::string_view yaml) const {
    const auto spec = parse(yaml);
    if (spec) return "";
    if (spec.error().details.empty()) return spec.error().message + "\n";
    std::string lines;
    for (const std::string& line : spec.error().details) lines += line + "\n";
    return lines;
  }
};

inline const std::string kSmallest =
    "input: {file: urls.txt}\n"
    "pipeline: {inference: {run: [python3, infer.py]}}\n";

}  // namespace orch::job
