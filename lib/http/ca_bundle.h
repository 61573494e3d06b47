// Where the certificates of the authorities lie: a static binary brings none of its own.
#pragma once

#include <string>

#include "base/environment.h"
#include "base/result.h"

namespace orch::http {

// SSL_CERT_FILE, CURL_CA_BUNDLE, then the places of Debian, RHEL and Alpine; tls_failed when a
// named file cannot be read or none exists.
Result<std::string> find_ca_bundle(const EnvMap& env);

}  // namespace orch::http
