#include "output/job_report.h"

#include <fmt/core.h>

#include <cmath>

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "doc/value.h"
#include "job/results.h"
#include "output/table.h"

namespace orch::output {
namespace {

constexpr std::size_t kShownFailures = 10;
constexpr std::size_t kShownInput = 60;

// Rates from this run's own work: what earlier runs wrote cost it nothing.
double rate(const ops::JobProgress& progress) {
  const double seconds = to_seconds(progress.elapsed);
  if (seconds <= 0) return 0;
  return static_cast<double>(progress.counters.done() - progress.done_before) / seconds;
}

std::string rate_text(double per_second) {
  return per_second >= 10 ? fmt::format("{:.0f}/s", per_second)
                          : fmt::format("{:.1f}/s", per_second);
}

std::string milliseconds(Duration duration) {
  const double ms = to_seconds(duration) * 1e3;
  if (ms < 10) return fmt::format("{:.1f} ms", ms);
  if (ms < 10'000) return fmt::format("{:.0f} ms", ms);
  return fmt::format("{:.1f} s", ms / 1e3);
}

std::string stage_table(const job::Beat& stages) {
  doc::Value::Array rows;
  for (const job::StageStats& stage : stages.stages) {
    doc::Value row;
    row.set("stage", stage.stage);
    row.set("done", stage.done);
    row.set("failed", stage.failed);
    row.set("p50", milliseconds(stage.latency.percentile(50)));
    row.set("p95", milliseconds(stage.latency.percentile(95)));
    row.set("p99", milliseconds(stage.latency.percentile(99)));
    const double share = stage.slot_seconds > 0 ? stage.busy_seconds / stage.slot_seconds : 0;
    row.set("busy", fmt::format("{:.0f} %", share * 100));
    row.set("restarts", stage.restarts);
    rows.push_back(std::move(row));
  }
  return render_table({{"stage"},
                       {"done", {}, true},
                       {"failed", {}, true},
                       {"p50", {}, true},
                       {"p95", {}, true},
                       {"p99", {}, true},
                       {"busy", {}, true},
                       {"restarts", {}, true}},
                      rows, {});
}

std::string failures_text(const ops::JobReport& report) {
  const std::uint64_t failed = report.progress.counters.failed;
  if (failed == 0) return {};
  const auto lines = job::first_failed(report.row.results_path, kShownFailures);
  if (!lines) return {};
  std::string out = failed > lines->size()
                        ? fmt::format("failed inputs, the first {} of {}:\n", lines->size(), failed)
                        : std::string("failed inputs:\n");
  for (const std::string& line : *lines) {
    const auto value = doc::parse_json(line, "results");
    if (!value) continue;
    const auto text = [&](std::string_view path) {
      const doc::Value* member = member_at(*value, path);
      return member != nullptr ? printable(cell_text(*member)) : std::string();
    };
    out +=
        fmt::format("  {}  {}  {}: {}\n", text("index"), fit(show_url(text("input")), kShownInput),
                    text("error.code"), redact(text("error.message")));
  }
  return out;
}

}  // namespace

std::string progress_text(std::string_view job_id, const ops::JobProgress& progress) {
  const job::LedgerCounters& counters = progress.counters;
  std::string out = fmt::format("{}: {} ok", job_id, counters.ok);
  if (counters.failed > 0) out += fmt::format(", {} failed", counters.failed);
  out += fmt::format(" of {}", counters.total);
  if (const double per_second = rate(progress); per_second > 0) {
    const double left = static_cast<double>(counters.total - counters.done()) / per_second;
    out += fmt::format(", {}, {} left", rate_text(per_second),
                       format_duration(std::chrono::seconds(std::lround(left))));
  }
  std::string_view separator = "; ";
  for (const job::StageStats& stage : progress.run.stages.stages) {
    out += fmt::format("{}{} {}", separator, stage.stage, stage.in_flight);
    separator = ", ";
  }
  return out;
}

std::string final_text(const ops::JobReport& report, int cores) {
  const job::LedgerCounters& counters = report.progress.counters;
  const std::uint64_t missing = counters.total - counters.done();
  std::string out =
      fmt::format("{}: {} ok, {} failed", report.row.id, counters.ok, counters.failed);
  if (missing > 0) out += fmt::format(", {} not run", missing);
  out += fmt::format(" of {} in {} ({})\n", counters.total,
                     format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(
                         report.progress.elapsed)),
                     rate_text(rate(report.progress)));
  const job::Beat& stages = report.progress.run.stages;
  if (!stages.stages.empty()) out += stage_table(stages);
  if (const job::Bottleneck bottleneck = job::find_bottleneck(stages, cores);
      !bottleneck.stage.empty()) {
    out += fmt::format("bottleneck: {}: {}\n", bottleneck.stage, bottleneck.advice);
  }
  if (report.progress.run.restarts > 0) {
    out += fmt::format("{} task managers died and were replaced\n", report.progress.run.restarts);
  }
  if (report.progress.run.copies > 0) {
    out += fmt::format("{} slow splits were given to a second task manager\n",
                       report.progress.run.copies);
  }
  out += failures_text(report);
  out += fmt::format("results: {}\n", report.row.results_path);
  if (counters.failed > 0 && report.ended == ops::Ended::complete) {
    out += fmt::format("failed inputs, as an input file: {}/failed.ndjson\n",
                       directory_of(report.row.results_path));
  }
  return out;
}

}  // namespace orch::output
