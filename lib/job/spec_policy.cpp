#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "config/prepare.h"
#include "job/policies.h"
#include "job/spec_parts.h"

namespace orch::job {
namespace {

constexpr std::string_view kUnnamed = "table";
constexpr std::uint64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();

bool is_built_in(std::string_view name) {
  const auto names = built_in_policies();
  return std::find(names.begin(), names.end(), name) != names.end();
}

JobPolicy named_policy(const doc::Value& written, SpecContext& context) {
  const std::string& name = *written.string();
  if (is_built_in(name)) return {name, {}};
  std::vector<std::string> known(built_in_policies().begin(), built_in_policies().end());
  for (const JobPolicy& policy : context.options.policies) {
    if (policy.name == name) return policy;
    known.push_back(policy.name);
  }
  const auto near = nearest(name, known);
  context.report.mistake(written, "job_policy",
                         fmt::format("no policy `{}`; {}", printable(name),
                                     near ? fmt::format("did you mean `{}`?", *near)
                                          : fmt::format("there are {}", join(known, ", "))));
  return {};
}

}  // namespace

std::vector<PolicyRow> read_table(const config::View& policy, std::string_view path,
                                  config::Report& report) {
  std::vector<PolicyRow> table;
  const auto rows = policy.items("table");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const config::View& row = rows[i];
    const std::string row_path = fmt::format("{}.table[{}]", path, i);
    const bool is_last = i + 1 == rows.size();
    const doc::Value* up_to = row.find("up_to");
    if (!up_to && !is_last) {
      report.missing(row.value(), row_path + ".up_to", "missing; only the last row needs none");
    }
    const auto value =
        up_to ? static_cast<std::uint64_t>(std::max<std::int64_t>(row.integer("up_to"), 1))
              : kAnyNumber;
    if (up_to && !table.empty() && value <= table.back().up_to) {
      report.mistake(
          *up_to, row_path + ".up_to",
          fmt::format("must be more than the row before, which has {}", table.back().up_to));
    }
    table.push_back({value, row.count("split_size"), row.count("num_task_managers")});
  }
  const doc::Value* written = policy.find("table");
  if (rows.empty() && written && written->array()) {
    report.mistake(*written, fmt::format("{}.table", path), "is empty; add a row");
  }
  return table;
}

JobPolicy read_policy(const config::View& job, SpecContext& context) {
  const doc::Value* written = job.find("job_policy");
  if (!written) return {};
  if (written->string()) return named_policy(*written, context);
  if (!written->object()) return {};
  const config::View policy(*written, *job_fields().find("job_policy"));
  JobPolicy own{policy.text("name"), read_table(policy, "job_policy", context.report)};
  if (own.name.empty()) own.name = kUnnamed;
  if (is_built_in(own.name)) {
    context.report.mistake(*policy.find("name"), "job_policy.name",
                           fmt::format("`{}` is a policy of orch; choose another name", own.name));
  }
  return own;
}

Result<std::vector<JobPolicy>> parse_policies(const doc::Value& policies,
                                              std::string_view file_name) {
  config::Report report{std::string(file_name)};
  std::vector<JobPolicy> own;
  config::check(policies, policies_fields(), report);
  if (policies.object()) {
    for (const auto& [name, value] : *policies.object()) {
      const std::string path = fmt::format("policies.{}", name);
      if (is_built_in(name)) {
        report.mistake_at_key(value, path, "is a policy of orch; choose another name");
      }
      const config::View policy(value, policies_fields().each.front());
      own.push_back({name, read_table(policy, path, report)});
    }
  }
  if (!report.ok()) return fail(report.error());
  return own;
}

}  // namespace orch::job
