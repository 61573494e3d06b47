#include "control/fiftyone_checks.h"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "base/redact.h"
#include "base/text.h"
#include "control/fiftyone_api.h"
#include "http/url.h"

namespace orch::control {
namespace {

using Version = std::pair<std::int64_t, std::int64_t>;  // major, minor

// "2.22.1" and "2.22.0.dev1"; nullopt for anything that does not begin with two numbers.
std::optional<Version> parse_version(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() < 2) return std::nullopt;
  const auto major = parse_integer(parts[0]);
  const auto minor = parse_integer(parts[1]);
  if (!major || !minor) return std::nullopt;
  return Version{*major, *minor};
}

// The releases that brought orchestrators, on-demand ones, and those on Kubernetes.
std::pair<Version, std::string_view> needed_by(std::string_view environment) {
  if (environment.empty()) return {{2, 10}, "orchestrators and secrets"};
  if (environment == "kubernetes") return {{2, 14}, "orchestrators on Kubernetes"};
  return {{2, 11}, "on-demand orchestrators"};
}

Check check_version(const std::string& text, std::string_view environment) {
  const std::string name = "fiftyone.sdk-version";
  const auto version = parse_version(text);
  if (!version) {
    return {name, Verdict::cannot_tell,
            text.empty() ? "the SDK does not say its version"
                         : fmt::format("the SDK's version is {}", printable(text)),
            "2.11 or newer is needed"};
  }
  const auto& [needed, what] = needed_by(environment);
  if (*version < needed) {
    return {name, Verdict::fail,
            fmt::format("the SDK is {}; {} need {}.{}", printable(text), what, needed.first,
                        needed.second),
            "install the package of the deployment's own version (FiftyOne: Settings, Install)"};
  }
  return {name, Verdict::ok, fmt::format("the SDK is {}", printable(text))};
}

}  // namespace

Checks check_fiftyone_api(const FiftyOneSettings& settings, http::Transport& transport) {
  Checks checks;
  for (const std::string& warning : settings.warnings)
    checks.push_back({"fiftyone.address", Verdict::warn, warning, "use that name alone"});
  const std::string address = show_url(settings.api_uri);
  if (http::is_https_url(address) || http::is_loopback_url(address)) {
    checks.push_back({"fiftyone.transport", Verdict::ok, address});
  } else {
    checks.push_back({"fiftyone.transport", Verdict::warn,
                      fmt::format("{}: secrets travel unencrypted", address),
                      "give the API service an https address"});
  }
  if (const auto health = check_fiftyone_health(settings, transport); !health) {
    checks.push_back(failed_check("fiftyone.health", health.error()));
    return checks;
  }
  checks.push_back({"fiftyone.health", Verdict::ok, "the API is available"});
  const auto viewer = fiftyone_viewer(settings, transport);
  checks.push_back(viewer ? Check{"fiftyone.key", Verdict::ok, "the API knows the key"}
                          : failed_check("fiftyone.key", viewer.error()));
  return checks;
}

Checks check_fiftyone_sdk(PythonSdk& sdk, std::string_view environment) {
  const auto capabilities = sdk.capabilities();
  if (!capabilities) return {failed_check("fiftyone.sdk", capabilities.error())};
  Checks checks;
  checks.push_back(
      {"fiftyone.sdk", Verdict::ok, fmt::format("found by {}", capabilities->text("python"))});
  checks.push_back(check_version(capabilities->text("version"), environment));
  const auto secrets = sdk.call("list_secrets", {});
  if (secrets) {
    checks.push_back({"fiftyone.role", Verdict::ok, "the key may see and store secrets"});
  } else if (secrets.error().code == ErrorCode::permission_denied) {
    checks.push_back({"fiftyone.role", Verdict::fail, secrets.error().message,
                      "secrets need the key of an admin; for CI, of a service account with that "
                      "role"});
  } else {
    checks.push_back(failed_check("fiftyone.role", secrets.error()));
  }
  return checks;
}

Checks fiftyone_reminders(std::string_view environment) {
  Checks checks;
  const auto remind = [&](std::string_view name, std::string message, std::string cure) {
    checks.push_back(
        {fmt::format("fiftyone.{}", name), Verdict::remind, std::move(message), std::move(cure)});
  };
  const bool any = environment.empty();
  if (any || environment == "databricks") {
    remind("api-image", "the image of the API service must have databricks-sdk>=0.53.0",
           "else FiftyOne cannot start jobs on Databricks");
  }
  if (any || environment == "anyscale") {
    remind("api-image", "the image of the API service must have anyscale>=0.26.24",
           "else FiftyOne cannot start jobs on Anyscale");
    remind("external-url", "the API service needs API_EXTERNAL_URL, a public https address",
           "Compose: FIFTYONE_API_URI; Helm: apiSettings.dnsName. Jobs on Anyscale call it");
  }
  remind("exposed", "the API must be reachable from the jobs, WebSockets included",
         "expose the API service and let its proxy upgrade connections");
  remind("version", "the SDK, the jobs' fiftyone and the deployment should be of one version",
         "compare major.minor: pip show fiftyone; FiftyOne: Settings shows the deployment's");
  remind("storage", "the jobs' identity needs the roles bucket viewer and object viewer",
         "grant them on each bucket with media, with blob signing where URLs are signed");
  remind("logs", "writing run logs to a bucket needs object creation, too",
         "FIFTYONE_DELEGATED_OPERATION_LOG_PATH names the place; the API reads "
         "FIFTYONE_DO_LOG_BUCKET_PATH");
  remind("atlas", "with MongoDB Atlas the jobs' FIFTYONE_MAX_PROCESS_POOL_WORKERS is 4 at most",
         "0 when operations still fail or stored cloud credentials are not found");
  remind("legacy", "FIFTYONE_ALLOW_LEGACY_ORCHESTRATORS should be off",
         "unless an old Airflow or Flyte workflow is used");
  return checks;
}

}  // namespace orch::control
