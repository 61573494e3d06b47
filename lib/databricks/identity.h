// Who orch is to a Databricks workspace: as operators have it set up for the vendor's own tools.
// Source: the vendor's SDK for Python 0.156.0 and its documentation of unified authentication.
#pragma once

#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "doc/value.h"

namespace orch::databricks {

struct Identity {
  enum class Kind { token, oauth };  // a personal access token, or a service principal's secret
  Kind kind = Kind::token;
  std::string host;  // "https://….cloud.databricks.com", without a slash at the end
  std::string account_id = {};
  std::string workspace_id = {};
  std::string token = {};
  std::string client_id = {};
  std::string client_secret = {};
  std::string discovery_url = {};  // DATABRICKS_DISCOVERY_URL: where the token endpoint is named
  std::string from;                // for people: "the profile reader of /home/u/.databrickscfg"
  std::vector<std::string> notes = {};
};

// `profile` (a flag or the orchestrator's `auth:`) beats the environment as a whole, with a note.
// Without one: DATABRICKS_* variables, filled up from the file (DATABRICKS_CONFIG_FILE, else
// ~/.databrickscfg) when a profile is named there or host or credentials are missing.
// invalid_setting: no such profile, an unreadable file, no host, two kinds of credentials at once;
// not_authenticated: none. The message says where was looked. Secrets are registered for redaction.
Result<Identity> find_identity(const std::string& profile, const EnvMap& environment);

// "https://" in front, no "/", ":443" or "?o=…" behind; the latter is the workspace id.
// invalid_setting for http to another machine.
Status set_host(Identity& identity, std::string_view host);

}  // namespace orch::databricks
