// The one table of a job file: check, aliases, --set, suggestions and JSON Schema come from it.
#include "job/spec_parts.h"

namespace orch::job {
namespace {

using config::boolean;
using config::duration;
using config::Field;
using config::integer;
using config::kBoolean;
using config::kInteger;
using config::kList;
using config::kText;
using config::list;
using config::map_of;
using config::mapping;
using config::number;
using config::size;
using config::text;

constexpr std::string_view kMostSplitSize = "100000";
constexpr std::string_view kMostTaskManagers = "10000";

// Numbers are taken for text here: nobody quotes the 4 of [--threads, 4].
Field arguments(std::string_view name, std::string_view about) {
  return list(name, about, text("", "An argument.").or_a(kInteger));
}

Field input_field() {
  return mapping("input", "Where the inputs come from.",
                 {config::any("list", "The inputs: texts, or {input, meta}."),
                  text("file", "A file with one input a line, or NDJSON; - is standard input."),
                  text("glob", "The files that match a pattern: * ? [a-z] and ** for any depth."),
                  mapping("csv", "One column of a CSV file.",
                          {text("file", "The file; - is standard input.").required(),
                           text("column", "The name of the column in its first row.").required()}),
                  text("base_directory",
                       "Where relative inputs are; without it, beside the file that lists them.")})
      .exactly_one_of({"list", "file", "glob", "csv"})
      .or_a(kList)
      .required();
}

Field speculation_field() {
  return mapping("speculation", "A second run of slow splits at the end of a job.",
                 {boolean("enabled", "Whether to.").by_default("true").alias("speculation_enabled"),
                  number("multiplier", "Slow: this many times the median.")
                      .by_default("2")
                      .between("1", "1000")
                      .alias("speculation_multiplier"),
                  number("quartile", "The share of splits that must have ended before.")
                      .by_default("0.75")
                      .between("0", "1")
                      .alias("speculation_quartile"),
                  duration("interval", "How often to look.")
                      .by_default("500ms")
                      .between("10ms", "1h")
                      .alias("speculation_interval")})
      .or_a(kBoolean);
}

Field keep_alive_field() {
  return mapping("keep_alive", "A sign of life from each task manager.",
                 {boolean("enabled", "Whether to.").by_default("true"),
                  duration("interval", "How often.")
                      .by_default("2s")
                      .between("10ms", "1h")
                      .alias("keep_alive_interval")})
      .or_a(kBoolean);
}

Field env_field() {
  return map_of("env", "The workers' environment: values, or where they are read at run time.",
                mapping("", "A value, or {env: NAME}, {file: PATH}, {exec: [COMMAND, …]}.",
                        {text("env", "A variable of orch's own environment."),
                         text("file", "A file; a newline at its end is not part of the value."),
                         arguments("exec", "A command that prints the value.")})
                    .exactly_one_of({"env", "file", "exec"})
                    .or_a(kText)
                    .or_a(kInteger));
}

Field download_field() {
  return mapping("download", "Fetches URLs to files before the first stage; false passes on text.",
                 {integer("threads", "Downloads at a time.").by_default("64").between("1", "1024"),
                  duration("timeout", "For one download.").by_default("30s").between("1ms", "24h"),
                  integer("retries", "Further tries.").by_default("3").between("0", "100"),
                  size("max_bytes", "The largest file.").by_default("64MiB").between("1", "1TiB")})
      .or_a(kBoolean);
}

bool is_from(std::string_view text) {
  if (text == "path" || text == "input" || text == "meta" || text == "result") return true;
  for (const std::string_view head : {"meta.", "result."}) {
    if (text.starts_with(head) && text.size() > head.size()) return true;
  }
  return false;
}

bool is_address(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme) || text.size() == scheme.size()) continue;
    return text.find_first_of("?#@ \t\r\n") == std::string_view::npos;
  }
  return false;
}

Field tensor_field() {
  return mapping(
      "", "An input of the model.",
      {text("name", "Its name; TF Serving: none when the model has one input."),
       text("from", "path (the file), input (the text), meta or result (a member: result.x).")
           .by_default("path")
           .spelled({"^(path|input|(meta|result)(\\..+)?)$", is_from,
                     "path, input, meta, result, meta.MEMBER or result.MEMBER"}),
       text("datatype", "KServe: what the model wants.")
           .one_of({"BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32",
                    "INT64", "FP16", "FP32", "FP64", "BYTES"}),
       list("shape", "KServe: its dimensions for one item, the batch's 1 included.",
            integer("", "A size.").between("1", "1000000000"))});
}

Field http_field() {
  return mapping("http", "A model server that is asked for each item.",
                 {text("url", "Its address, http://host:8501.")
                      .spelled({"^https?://[^?#@ \\t\\r\\n]+$", is_address,
                                "an address such as http://host:8501"})
                      .required(),
                  text("protocol", "tfserving: its REST API; kserve: KServe v2, as Triton speaks.")
                      .one_of({"tfserving", "kserve"})
                      .required(),
                  text("model", "Its name there.").required(),
                  text("version", "Its version; default: the server's choice.").or_a(kInteger),
                  text("signature", "TF Serving: the signature; default: serving_default."),
                  list("inputs", "What the model gets.", tensor_field()).required(),
                  list("outputs", "Which of its outputs; default: all.", text("", "A name."))});
}

Field stage_field(std::string_view name, std::string_view about) {
  return mapping(
             name, about,
             {arguments("run", "A worker that stays and answers NDJSON, as a list of arguments."),
              arguments("exec", "A command for each item; {path} and {input} are put in."),
              http_field(),
              integer("processes", "Workers in each task manager.")
                  .by_default("1")
                  .between("1", "1024"),
              integer("threads", "Items a worker has at a time; http: requests at a time.")
                  .by_default("1")
                  .between("1", "256"),
              duration("timeout", "For one item.").by_default("10m").between("1ms", "240h"),
              duration("start_timeout", "Until the worker says ready.")
                  .by_default("10m")
                  .between("1ms", "240h"),
              mapping("batch", "Several items in one line to the worker.",
                      {integer("size", "The most items.").by_default("32").between("1", "10000"),
                       duration("max_delay", "How long to wait for more.")
                           .by_default("50ms")
                           .between("0ms", "1h")}),
              size("max_result", "The longest answer of a worker.")
                  .by_default("1MiB")
                  .between("1KiB", "16MiB")})
      .exactly_one_of({"run", "exec", "http"});
}

Field output_field() {
  return mapping("output", "Where the results go.",
                 {text("storage", "local: files; stdout: only printed.")
                      .one_of({"local", "stdout"})
                      .alias("output_storage"),
                  text("location", "The directory; each job gets its own inside it.")
                      .by_default("out/")
                      .alias("output_location")});
}

Field policy_table() {
  return list(
      "table", "The first row that holds the number of inputs counts; the last is for more.",
      mapping("", "A row.",
              {integer("up_to", "Inputs; the last row needs none.").at_least("1"),
               integer("split_size", "Inputs in a split.").between("1", kMostSplitSize).required(),
               integer("num_task_managers", "Task managers.")
                   .between("1", kMostTaskManagers)
                   .required()}));
}

Field make_job_fields() {
  return mapping(
      "Job", "Work on many inputs, split over task managers.",
      {text("kind", "The kind of this file.").by_default("Job").one_of({"Job"}),
       text("name", "The name; otherwise that of the file.").alias("job_name"), input_field(),
       text("on", "An orchestrator's name, or local.")
           .by_default("local")
           .alias("orchestrator_backend"),
       integer("split_size", "Inputs in a split; beats the policy.").between("1", kMostSplitSize),
       integer("num_task_managers", "Task managers; beats the policy.")
           .between("1", kMostTaskManagers),
       mapping("job_policy", "What fills split_size and num_task_managers: a name or a table.",
               {text("name", "How to call the table."), policy_table().required()})
           .or_a(kText)
           .by_default("default"),
       speculation_field(), keep_alive_field(),
       text("working_dir", "The current directory of the workers.").by_default("."),
       list("excludes", "What of it does not travel to remote machines.", text("", "A pattern.")),
       env_field(),
       mapping("pipeline", "The stages, in this order.",
               {download_field(), stage_field("preprocess", "The first stage of your own."),
                stage_field("inference", "The last stage.")})
           .required(),
       output_field(),
       mapping("retry", "Further tries of what failed.",
               {integer("item", "For an input.").by_default("2").between("0", "100"),
                integer("split", "For a split.")
                    .by_default("2")
                    .between("0", "100")
                    .alias("max_split_retries")}),
       duration("deadline", "When the whole job must be over.").between("1ms", "87600h")});
}

}  // namespace

const Field& job_fields() {
  static const Field table = make_job_fields();
  return table;
}

const Field& policies_fields() {
  static const Field table = map_of("policies", "Own job policies by name.",
                                    mapping("", "A policy.", {policy_table().required()}));
  return table;
}

}  // namespace orch::job
