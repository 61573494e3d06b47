#include "databricks/credentials.h"

#include <fmt/core.h>

#include "base/redact.h"
#include "base/text.h"

namespace orch::databricks {
namespace {

using provider::CredentialInfo;
using provider::MadeCredential;

constexpr std::size_t kMost = 5;

CredentialInfo info_of(const doc::Value& secret) {
  CredentialInfo info;
  info.id = secret.text("id");
  info.created = secret.text("create_time");
  info.expires = secret.text("expire_time");
  info.active = secret.text("status") != "INACTIVE";
  return info;
}

class PrincipalSecrets : public provider::Credentials {
 public:
  PrincipalSecrets(std::unique_ptr<Client> client, const provider::Session& session,
                   std::string client_id, std::string host)
      : client_(std::move(client)),
        transport_(session.transport),
        clock_(session.clock),
        client_id_(std::move(client_id)),
        host_(std::move(host)) {}

  bool proves(std::string_view field) const override { return field == "clientSecret"; }
  bool makes(std::string_view field) const override { return field == "clientSecret"; }
  std::size_t most() const override { return kMost; }

  Status prove(const std::string& value) override {
    Identity identity;
    identity.kind = Identity::Kind::oauth;
    ORCH_TRY(set_host(identity, host_));
    identity.client_id = client_id_;
    identity.client_secret = value;
    identity.from = "the new value";
    register_secret(value);
    return Client(std::move(identity), transport_, clock_, "").sign_in();
  }

  Result<std::vector<CredentialInfo>> list() override {
    std::vector<CredentialInfo> all;
    ORCH_TRY(client_->pages(ORCH_TRY(path()), {}, "secrets",
                            "list the secrets of the service principal",
                            [&](const doc::Value& secret) {
                              all.push_back(info_of(secret));
                              return true;
                            }));
    return all;
  }

  Result<MadeCredential> make() override {
    const doc::Value answer = ORCH_TRY(client_->post(ORCH_TRY(path()), doc::Value::Object{},
                                                     "make a secret of the service principal"));
    MadeCredential made{info_of(answer), answer.text("secret")};
    register_secret(made.value);
    if (!made.value.empty() && !made.info.id.empty()) return made;
    return fail(ErrorCode::bad_answer, "making a secret of the service principal gave none");
  }

  Status retire(const std::string& id) override {
    http::Request request;
    request.method = "DELETE";
    request.url = client_->url(fmt::format("{}/{}", ORCH_TRY(path()), id));
    const auto done =
        client_->call(std::move(request), fmt::format("delete the secret {}", printable(id)));
    if (!done && done.error().code != ErrorCode::not_found) return fail(done.error());
    return {};
  }

 private:
  // By its numeric id, which is not the client id.
  Result<std::string> path() {
    if (principal_.empty()) {
      const doc::Value answer =
          ORCH_TRY(client_->get("/api/2.0/preview/scim/v2/ServicePrincipals",
                                {{"filter", fmt::format("applicationId eq \"{}\"", client_id_)}},
                                "find the service principal"));
      const auto& found = answer.list("Resources");
      if (!found.empty()) principal_ = id_of(found.front(), "id");
    }
    if (!principal_.empty()) {
      return fmt::format("/api/2.0/accounts/servicePrincipals/{}/credentials/secrets", principal_);
    }
    return fail(ErrorCode::not_found,
                fmt::format("the workspace has no service principal {}", printable(client_id_)),
                "--client-id names the one whose secret is to be made");
  }

  std::unique_ptr<Client> client_;
  http::Transport& transport_;
  Clock& clock_;
  std::string client_id_;
  std::string host_;
  std::string principal_;
};

}  // namespace

Result<std::unique_ptr<provider::Credentials>> credentials_of(
    std::unique_ptr<Client> client, const provider::Session& session,
    const provider::CredentialsOf& whose) {
  const Identity& own = client->identity();
  std::string client_id = whose.client_id.empty() ? own.client_id : whose.client_id;
  if (client_id.empty()) {
    return fail(ErrorCode::usage, "which service principal is meant is not known",
                "name it with --client-id: its application id");
  }
  std::string host = whose.host.empty() ? own.host : whose.host;
  return std::make_unique<PrincipalSecrets>(std::move(client), session, std::move(client_id),
                                            std::move(host));
}

Status store_in_scope(Client& client, std::string_view place, const std::string& value) {
  const std::size_t slash = place.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == place.size()) {
    return fail(ErrorCode::usage, fmt::format("{} is no place in a secret scope", printable(place)),
                "write --target databricks_scope:SCOPE/KEY");
  }
  doc::Value body;
  body.set("scope", place.substr(0, slash));
  body.set("key", place.substr(slash + 1));
  body.set("string_value", value);
  ORCH_TRY(client.post("/api/2.0/secrets/put", body,
                       fmt::format("store the secret {}", printable(place)), Repeat::yes));
  return {};
}

}  // namespace orch::databricks
