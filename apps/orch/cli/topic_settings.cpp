#include "cli/topic_texts.h"

namespace orch::cli {

std::string output_topic() {
  return R"(Standard output:
  Carries data and nothing else; everything said to a person goes to standard
  error. -o chooses the format:

  table    for eyes; fits the terminal, full text in a pipe (the default)
  json     one document, "schema":"orch/v1"; fields are only ever added
  yaml     the same document
  ndjson   one JSON object a line, for streams and lists
  name     bare ids, one a line; every command takes what is printed here

  `results` and `logs` print the stored lines unchanged unless -o is given.
  --columns id,state picks the columns of a table and their order.

Colour and progress:
  Only on a terminal. NO_COLOR, TERM=dumb and --color never switch colour off,
  --color always switches it on. Control bytes from outside are shown escaped.

Errors:
  The first line says what failed and with which value, the lines below it what
  to do next. Under -o json the last line on standard error is one object:

  {"schema":"orch/v1","error":{"code":"not_found","exit":5,"message":"…",
   "hint":"…","retryable":false}}

  `http` (method, url, status, request_id, attempts) and `provider` are added
  when a provider refused. `orch help exit-codes` lists the codes.
  An output that cannot be written (full disk, closed descriptor) is an error
  with exit status 74, never a silent success.
)";
}

std::string names_topic() {
  return R"(Jobs:
  A job's id is its name and eight characters, new at each submit:
  birds-nightly-k3x7qa2m. A name alone means the newest job of that name.
  `orch list jobs -o name` prints ids, newest first.

Kinds:
  job/X, orchestrator/X, service/X and run/X settle what X is when two things
  share a name.

Files:
  An argument with any other slash, a leading dot, or the ending .yaml, .yml or
  .json is a path. `-f FILE` is the same as the argument FILE; `-` is standard
  input.

Relative paths:
  Written in a file, they are relative to that file's directory (read from
  standard input: to the current one). On the command line, --set included, to
  the current directory. Inputs in a list file, to the list file's directory.

After --:
  Everything after the first -- reaches the command unchanged, whatever it looks
  like.
)";
}

std::string files_topic() {
  return R"(Config:
  $XDG_CONFIG_HOME/orch/config.yaml, else ~/.config/orch/config.yaml
  Another one: --config FILE or ORCH_CONFIG. `orch config view --sources` shows
  every setting and where it comes from.

State:
  $XDG_STATE_HOME/orch, else ~/.local/state/orch
  Another one: --state-dir DIR or ORCH_STATE_DIR. Jobs, their inputs, results
  and logs. It must lie on a local disk; any number of orch processes may share
  it.

Results:
  location/JOB-ID/results.ndjson   one line an input
  location/JOB-ID/failed.ndjson    the failed ones; itself a valid input file
  location/JOB-ID/summary.json     counts and times
  Nothing is ever overwritten.

Scratch:
  $ORCH_TMPDIR, else /dev/shm when it has room for twice the budget of the bytes
  in flight (256 MiB a task manager), else $TMPDIR, else /tmp

Modes:
  Files are made 0600, directories 0700.
)";
}

std::string environment_topic() {
  return R"(Order:
  A flag beats its ORCH_ variable, which beats the provider's own variables,
  then the context in the config file, then the default.
  `orch config view --sources` shows which one won.

Settings:
  ORCH_CONFIG       the config file (--config)
  ORCH_CONTEXT      the named set of settings (--context)
  ORCH_STATE_DIR    where jobs are kept (--state-dir)
  ORCH_OUTPUT       table, json, yaml, ndjson or name (--output)
  ORCH_TIMEOUT      how long to wait at most (--timeout)
  ORCH_COLOR        auto, always or never (--color)
  ORCH_LOG_FORMAT   text or json (--log-format)
  ORCH_DEBUG        1: say each step (--debug)
  ORCH_NO_INPUT     1: never ask (--no-input); CI does the same
  ORCH_TMPDIR       where bytes in flight lie
  ORCH_MAX_JOB_MANAGERS, ORCH_MAX_TASK_MANAGERS
                    what the jobs of this machine may use (limits:)

Registries:
  FIFTYONE_API_URI, FIFTYONE_API_KEY, FIFTYONE_CONFIG_PATH
                    FiftyOne Enterprise (--api-uri)
  ORCH_FIFTYONE_PYTHON
                    the interpreter that has its SDK (--python)
  ORCH_VAULT_KEY_FILE
                    the key of this machine's secrets

Terminal:
  NO_COLOR, TERM, COLUMNS

Directories:
  HOME, XDG_CONFIG_HOME, XDG_STATE_HOME, TMPDIR

Network:
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE, CURL_CA_BUNDLE

Children:
  Workers get this environment without variables that carry credentials, plus
  what the job lists under `env:`.
)";
}

}  // namespace orch::cli
