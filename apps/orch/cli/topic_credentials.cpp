#include "cli/topic_texts.h"

namespace orch::cli {

std::string credentials_topic() {
  return R"(Databricks:
  host          the address you see the workspace at, such as
                https://1234567.3.gcp.databricks.com
  accountId     the account menu at the upper right, Manage account: it is in
                that page's address
  clientId      Settings, Identity and access, Service principals, the one that
                runs the jobs, Secrets, Generate secret: shown there
  clientSecret  shown once in the same place, and it ends: note when

Anyscale:
  authToken     console, the menu at the lower left, API keys, of a service
                account; it begins with aph0_

FiftyOne Enterprise:
  FIFTYONE_API_URI  the address of the API service, https://…
  FIFTYONE_API_KEY  Settings, API keys. Orchestrators and secrets need the key
                    of an admin; for pipelines a service account of that role.
  Both may stand in ~/.fiftyone/config.json (api_uri, api_key) instead.

This machine:
  `orch secret set NAME` keeps a value, encrypted; {ref: NAME} in a file uses
  it.
  The key lies in vault.key beside the state, or where ORCH_VAULT_KEY_FILE says:
  64 hexadecimal digits, readable by you alone.

Where a value may come from:
  {ref: NAME}      a secret that exists; nothing is made
  {env: VAR}       a variable of orch's environment
  {file: PATH}     a file; one newline at its end is taken off
  {exec: [CMD, …]} what a command prints: a password manager's client
  {stdin: true}    standard input
  {prompt: true}   asked for on the terminal, without echo
  On the command line: FIELD=ref:NAME, env:VAR, file:PATH, stdin or prompt. The
  value itself never stands there.

Models of the FiftyOne zoo:
  What a model needs beside FiftyOne stands on its page of the model zoo's
  documentation, under Requirements, Packages. It belongs into the job's
  requirements or image.
)";
}

}  // namespace orch::cli
