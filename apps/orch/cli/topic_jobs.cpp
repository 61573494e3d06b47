#include "cli/topic_texts.h"

namespace orch::cli {

std::string jobs_topic() {
  return R"(A small job:
  name: birds
  input: {file: urls.txt}
  pipeline:
    inference: {run: [python3, infer.py]}

  `orch submit birds.yaml` splits the inputs over task managers, runs the worker
  on each input and waits. `orch config schema Job` prints every field.

Every field, with its default:
  name: birds-nightly
  input: {file: urls.txt}    # list, file, glob, or csv {file, column}
  on: local                  # where it runs
  split_size: 32             # inputs a split; default: by the policy
  num_task_managers: 4       # default: one a core
  job_policy: default        # no_policy, job_policy_1, _2, _3, or a table:
                             # {table: [{up_to: 512, split_size: 4,
                             #           num_task_managers: 2}]}
  speculation: {enabled: true, multiplier: 2, quartile: 0.75, interval: 500ms}
  keep_alive: {enabled: true, interval: 2s}
  working_dir: .             # the workers' current directory
  env: {MODEL: m.onnx, TOKEN: {env: TOKEN}}
  pipeline:
    download: {threads: 64, timeout: 30s, retries: 3, max_bytes: 64MiB}
    preprocess: {run: [python3, pre.py], processes: 1, threads: 1}
    inference:
      run: [python3, infer.py]
      processes: 1           # worker processes a task manager
      threads: 1             # inputs that one of them works on at a time
      timeout: 10m
      batch: {size: 32, max_delay: 50ms}   # off when left out
  output: {storage: local, location: out/} # or stdout
  retry: {item: 2, split: 2}
  deadline: 2h

Inputs:
  URLs (http, https) or text; blank lines are skipped. A list file whose first
  character is { is NDJSON: `input` is required, `meta` is passed on. A text
  that names an existing file reaches the worker with its `path`. A URL is
  downloaded when a stage needs a file (`run` always does); `download: false`
  hands it over as text.

Stages:
  run    persistent worker processes: `orch help worker`
  exec   one process an input; {path} and {input} are replaced, no shell
  http   a model server is asked: TF Serving's REST API or KServe v2 (Triton);
         http: {url: "http://host:8501", protocol: tfserving, model: m,
                inputs: [{from: path}]}   # or input, meta.x, result.x
         kserve's inputs also need name, datatype and shape

Changing a field for one run:
  orch submit birds.yaml --set split_size=64

What failed:
  `orch results JOB --failed` lists it; `orch submit --resume JOB` runs only the
  inputs without a line. A failed line is final: give failed.ndjson to a new job
  to try those again.
)";
}

}  // namespace orch::cli
