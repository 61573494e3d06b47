#include "databricks/databricks.h"

#include "base/log.h"
#include "databricks/credentials.h"
#include "databricks/doctor.h"
#include "databricks/errors.h"
#include "databricks/provision.h"
#include "databricks/provision_spec.h"
#include "databricks/runs.h"

namespace orch::databricks {
namespace {

// --databricks-profile, else auth.admin.databricks_profile where that is meant, else
// auth.databricks_profile.
std::string profile_of(const provider::Session& session) {
  if (!session.profile.empty()) return session.profile;
  if (session.admin) {
    std::string admin = member_of(session.auth, "admin").text("databricks_profile");
    if (!admin.empty()) return admin;
  }
  return session.auth.text("databricks_profile");
}

Result<std::unique_ptr<provider::Commands>> open_commands(const provider::Session& session,
                                                          const provider::Place& place) {
  return commands_of(ORCH_TRY(open_client(session)), place);
}

Result<std::unique_ptr<provider::Provision>> open_provision(
    const provider::Session& session, const provider::ProvisionRequest& request) {
  return provision_of(ORCH_TRY(open_client(session)), request);
}

Checks check(const provider::Session& session, const provider::Place& place) {
  const auto client = open_client(session);
  if (!client) {
    return {{"databricks.sign-in", Verdict::fail, client.error().message,
             std::string(client.error().next())}};
  }
  return check_place(**client, place);
}

Result<std::unique_ptr<provider::Credentials>> open_credentials(
    const provider::Session& session, const provider::CredentialsOf& whose) {
  return credentials_of(ORCH_TRY(open_client(session)), session, whose);
}

Status store_at_target(const provider::Session& session, std::string_view place,
                       const std::string& value) {
  const auto client = ORCH_TRY(open_client(session));
  return store_in_scope(*client, place, value);
}

Status take_down_one(const provider::Session& session, const doc::Value& handle) {
  const auto client = ORCH_TRY(open_client(session));
  return take_down(*client, handle);
}

}  // namespace

Result<std::unique_ptr<Client>> open_client(const provider::Session& session) {
  Identity identity = ORCH_TRY(find_identity(profile_of(session), session.environment));
  for (const std::string& note : identity.notes) log_note(note);
  return std::make_unique<Client>(std::move(identity), session.transport, session.clock,
                                  session.cache_directory);
}

provider::Descriptor databricks_provider() {
  provider::Descriptor descriptor;
  descriptor.id = "databricks";
  descriptor.summary = "jobs of a Databricks workspace";
  descriptor.commands = open_commands;
  descriptor.retries = retry_table;
  descriptor.checks = check;
  descriptor.credentials = open_credentials;
  descriptor.target = "databricks_scope";
  descriptor.store_at_target = store_at_target;
  descriptor.provision = open_provision;
  descriptor.take_down = take_down_one;
  descriptor.provision_fields = provision_fields;
  descriptor.provision_template = provision_template;
  return descriptor;
}

}  // namespace orch::databricks
