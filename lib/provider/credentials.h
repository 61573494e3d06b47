// Capability "credentials": the provider can prove a credential of an orchestrator, and make and
// retire new ones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace orch::provider {

// A credential as the provider lists it; never its value.
struct CredentialInfo {
  std::string id;
  std::string created;  // as the provider writes times; may be empty
  std::string expires;
  bool active = true;
};

struct MadeCredential {
  CredentialInfo info;
  std::string value;  // registered for redaction; shown by the provider only now
};

class Credentials {
 public:
  virtual ~Credentials() = default;
  // Whether this field of the orchestrator's secrets can be proved; made.
  virtual bool proves(std::string_view field) const = 0;
  virtual bool makes(std::string_view field) const = 0;
  // Signs in with the value. not_authenticated: it does not work.
  virtual Status prove(const std::string& value) = 0;
  virtual Result<std::vector<CredentialInfo>> list() = 0;
  virtual std::size_t most() const = 0;  // how many there may be at a time
  virtual Result<MadeCredential> make() = 0;
  virtual Status retire(const std::string& id) = 0;  // absent is fine
};

// Who the credentials belong to.
struct CredentialsOf {
  std::string client_id;  // empty: that of the identity that signs in
  std::string host;       // empty: the same
};

}  // namespace orch::provider
