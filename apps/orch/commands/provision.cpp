#include "commands/provision.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "commands/api.h"
#include "commands/registry.h"
#include "control/fiftyone_settings.h"
#include "ops/register_steps.h"
#include "ops/runs.h"

namespace orch::commands {
namespace {

// The service principal's id stands in a secret, so it is known when its value is.
Result<std::string> client_id_of(cli::Invocation& run, const control::OrchestratorSpec& spec,
                                 control::Registry& registry) {
  using From = secrets::Source::From;
  const auto found = std::find_if(spec.secrets.begin(), spec.secrets.end(),
                                  [](const auto& one) { return one.first == "clientId"; });
  if (found == spec.secrets.end()) return std::string();
  const secrets::Source& source = found->second;
  // Asking twice for one value helps nobody.
  if (source.from == From::prompt || source.from == From::standard_input) return std::string();
  if (source.from != From::ref) {
    if (source.from == From::text && ORCH_TRY(registry.find_secret(source.text))) {
      return registry.traits().reads_values ? registry.secret_value(source.text) : std::string();
    }
    return secrets::read_value("clientId", source, secret_reader(run));
  }
  return registry.traits().reads_values ? registry.secret_value(source.text) : std::string();
}

Result<provider::ProvisionRequest> request_for(cli::Invocation& run,
                                               const control::OrchestratorSpec& spec,
                                               control::Registry& registry) {
  provider::ProvisionRequest request;
  request.base_directory = spec.base_directory;
  request.client_id = ORCH_TRY(client_id_of(run, spec, registry));
  request.dry_run = run.options.dry_run;
  request.overwrite_secrets = run.args.has("--overwrite-secrets");
  if (const auto fiftyone =
          control::fiftyone_settings(ops::fiftyone_request(registry_request(run)), run.env)) {
    request.api_url = fiftyone->api_uri;
  }
  request.read_secret = [&run, directory = spec.base_directory](
                            const std::string& path,
                            const doc::Value& value) -> Result<std::string> {
    return secrets::read_value(
        "provision." + path, ORCH_TRY(secrets::parse_source(value, directory)), secret_reader(run));
  };
  return request;
}

// "path=/Workspace/…, " of a form with a file.
std::string path_in_form(std::string_view body) {
  constexpr std::string_view kField = "name=\"path\"\r\n\r\n";
  const std::size_t at = body.find(kField);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = body.substr(at + kField.size());
  return fmt::format("path={}, ", printable(rest.substr(0, rest.find('\r'))));
}

}  // namespace

Result<Provisioned> provision(cli::Invocation& run, control::OrchestratorSpec& spec,
                              control::Registry& registry, store::Store& store) {
  Provisioned provisioned;
  Api api(run);
  const provider::Session session =
      run.options.dry_run ? ORCH_TRY(api.dry_session(spec.environment,
                                                     [&](const http::Request& request) {
                                                       provisioned.requests.push_back(request);
                                                     }))
                          : ORCH_TRY(api.session(spec.environment));
  const auto opened =
      ORCH_TRY(ops::open_provision(spec, session, ORCH_TRY(request_for(run, spec, registry))));
  for (const std::string& warning : opened->warnings()) log_warning(warning);
  const std::string subject = ops::register_subject(registry, spec.name);
  const ops::ProvisionReply reply =
      run.options.dry_run ? ORCH_TRY(ops::preview_provision(*opened))
                          : ORCH_TRY(ops::run_provision(*opened, subject, store, system_clock()));
  provisioned.changes = reply.changes;
  for (const auto& [key, value] : *reply.config.object()) spec.config.set(key, value);
  return provisioned;
}

std::string request_line(const http::Request& request) {
  constexpr std::size_t kLongestBody = 4000;
  const auto type = std::find_if(request.headers.begin(), request.headers.end(),
                                 [](const auto& header) { return header.first == "Content-Type"; });
  const bool is_json = type != request.headers.end() && type->second == "application/json";
  const std::string body =
      is_json ? fit(http::masked_body(request.body), kLongestBody)
              : fmt::format("({}{})", path_in_form(request.body), format_size(request.body.size()));
  return fmt::format("{} {}{}", request.method, show_url(request.url),
                     request.body.empty() ? "" : " " + body);
}

Result<std::string> made_resources_text(const std::string& name, control::Registry& registry,
                                        store::Store& store) {
  std::vector<std::string> words;
  for (const doc::Value& handle :
       ORCH_TRY(ops::made_resources(ops::register_subject(registry, name), store))) {
    words.push_back(printable(handle.text("kind") + " " + handle.text("id")));
  }
  return join(words, ", ");
}

Status take_down_resources(cli::Invocation& run, const std::string& name,
                           control::Registry& registry, store::Store& store) {
  const std::string subject = ops::register_subject(registry, name);
  const doc::Value::Array handles = ORCH_TRY(ops::made_resources(subject, store));
  if (handles.empty()) return {};
  const store::OrchestratorRow row =
      ORCH_TRY(ops::remembered_orchestrator(store, name, std::string(registry.traits().id)));
  const provider::Descriptor* provider = provider::find_provider(row.environment);
  if (provider == nullptr || provider->take_down == nullptr) {
    return fail(ErrorCode::unsupported,
                fmt::format("this version of orch takes nothing down on {}", row.environment));
  }
  Api api(run);
  provider::Session session = ORCH_TRY(api.session(row.environment));
  session.auth = ORCH_TRY(ops::auth_of(row));
  session.admin = true;
  return ops::take_down_resources(handles, *provider, session, subject, store, system_clock());
}

}  // namespace orch::commands
