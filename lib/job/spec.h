// A job as its YAML file says it, checked and with defaults named but not yet filled
// (job/plan.h fills split size and task managers).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "doc/value.h"
#include "job/http_call.h"

namespace orch::config {
struct Field;
}

namespace orch::job {

struct InputSource {
  enum class Kind { list, file, glob, csv };
  Kind kind = Kind::list;
  std::vector<doc::Value> list;  // text or {input, meta}
  std::string path;    // file, csv: absolute, or "-" for standard input; glob: pattern as written
  std::string column;  // csv
  std::string base_directory;  // relative inputs are resolved against it
  bool operator==(const InputSource&) const = default;
};

struct BatchSpec {
  int size = 32;
  Duration max_delay = std::chrono::milliseconds(50);
  bool operator==(const BatchSpec&) const = default;
};

// preprocess and inference: `run` (persistent workers), `exec` (a process an item) or `http` (a
// model server is asked).
struct StageSpec {
  enum class Kind { run, exec, http };
  std::string name;  // "preprocess" | "inference"
  Kind kind = Kind::run;
  std::vector<std::string> argv;
  int processes = 1;
  int threads = 1;
  Duration timeout = std::chrono::minutes(10);
  Duration start_timeout = std::chrono::minutes(10);
  std::optional<BatchSpec> batch;
  std::uint64_t max_result = 1 << 20;
  HttpCall http;  // of Kind::http
  bool operator==(const StageSpec&) const = default;
};

struct DownloadSpec {
  // yes: `download:` stands in the file; no: `download: false`; automatic: not mentioned.
  enum class Wanted { automatic, yes, no };
  Wanted wanted = Wanted::automatic;
  int threads = 64;
  Duration timeout = std::chrono::seconds(30);
  int retries = 3;
  std::uint64_t max_bytes = 64 << 20;
  bool operator==(const DownloadSpec&) const = default;
};

struct PolicyRow {
  std::uint64_t up_to = 0;  // inputs; the last row covers the rest
  int split_size = 1;
  int num_task_managers = 1;
  bool operator==(const PolicyRow&) const = default;
};
struct JobPolicy {
  // default | no_policy | job_policy_1..3; for an own table the name it has, else "table"
  std::string name = "default";
  std::vector<PolicyRow> table;
  bool operator==(const JobPolicy&) const = default;
};

struct OutputSpec {
  enum class Storage { automatic, local, stdout_ };  // automatic: stdout while waiting
  Storage storage = Storage::automatic;
  std::string location;  // absolute; the job's directory is location/<job-id>/
  bool operator==(const OutputSpec&) const = default;
};

// A value, or where it is read when the job runs; secret values are never stored.
struct EnvValue {
  enum class From { text, env, file, exec };
  From from = From::text;
  std::string text;               // value, variable or path
  std::vector<std::string> argv;  // exec
  bool operator==(const EnvValue&) const = default;
};

// `demanded`: the file itself says `enabled: true`; a backend without the promise is then refused,
// while the mere default is quietly dropped.
struct Speculation {
  bool enabled = true;
  bool demanded = false;
  double multiplier = 2;
  double quartile = 0.75;
  Duration interval = std::chrono::milliseconds(500);
  bool operator==(const Speculation&) const = default;
};

struct KeepAlive {
  bool enabled = true;
  bool demanded = false;
  Duration interval = std::chrono::seconds(2);
  bool operator==(const KeepAlive&) const = default;
};

struct JobSpec {
  std::string name;
  InputSource input;
  std::optional<std::string> bucket;
  std::string on = "local";
  std::optional<int> split_size;
  std::optional<int> num_task_managers;
  JobPolicy policy;
  Speculation speculation;
  KeepAlive keep_alive;
  std::string working_dir;  // absolute
  std::vector<std::string> excludes;
  std::vector<std::pair<std::string, EnvValue>> env;
  DownloadSpec download;
  std::vector<StageSpec> stages;  // in order; 0 to 2
  OutputSpec output;
  int retry_item = 2;
  int retry_split = 2;
  std::optional<Duration> deadline;
  bool operator==(const JobSpec&) const = default;
};

struct SpecOptions {
  std::string name = {};            // of the file, for messages ("job.yaml"); "-" is standard input
  std::string base_directory = {};  // relative paths in the file are relative to it
  std::vector<std::string> set = {};   // --set path=value
  std::string current_directory = {};  // of relative paths in `set`; empty: this process's
  // For ${VAR}. Null reads what to_value wrote: nothing is replaced or looked up on disk.
  const EnvMap* environment = nullptr;
  std::vector<JobPolicy> policies = {};  // own tables by name: `policies:` of the config file
};

// All mistakes at once (Error::details), each "file:line:column: path: what; cure". Error
// unsupported when the file asks only for what this version does not have, else invalid_file.
Result<JobSpec> parse_job(const doc::Value& document, const SpecOptions& options);
// What the job store keeps: a job file with every default written out and no relative path, which
// parse_job reads back unchanged.
doc::Value to_value(const JobSpec& spec);

// The table behind parse_job, for the JSON Schema.
const config::Field& job_fields();

// `policies:` of a config file: {NAME: {table: [{up_to, split_size, num_task_managers}, …]}, …}.
Result<std::vector<JobPolicy>> parse_policies(const doc::Value& policies,
                                              std::string_view file_name);

}  // namespace orch::job
