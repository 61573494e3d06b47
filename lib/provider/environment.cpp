#include "provider/environment.h"

#include <algorithm>

namespace orch::provider {
namespace {

using config::kInteger;
using config::kText;

constexpr ConfigKey kDatabricksConfig[] = {
    {"jobId", kText | kInteger, true, "The job that runs commands; `provision` fills it in."},
    {"executionTaskId", kText, true, "The job's task that runs them; `provision` fills it in."},
    {"registrationTaskId", kText, false,
     "The task that reports the operators; without it the execution task does."},
};
constexpr SecretField kDatabricksSecrets[] = {
    {"host", true,
     "The workspace's URL, https://….cloud.databricks.com (the address of its web pages)."},
    {"accountId", true, "The account's id: account console, the menu at the upper right."},
    {"clientId", true, "The service principal's application id: workspace settings, Identity."},
    {"clientSecret", true, "An OAuth secret of that service principal, shown once when made."},
};

constexpr ConfigKey kAnyscaleConfig[] = {
    {"jobQueueName", kText, false, "The queue that jobs wait in."},
    {"imageUri", kText, false, "The container image, with its registry and tag."},
    {"executionComputeConfig", kText, false, "The compute config that runs commands."},
    {"registrationComputeConfig", kText, false,
     "The one that reports the operators; without it the execution one does."},
    {"idleTimeoutS", kInteger, false, "Seconds before an idle cluster ends.", "300"},
    {"pluginsDir", kText, false, "Where plugins lie in the image."},
};
constexpr SecretField kAnyscaleSecrets[] = {
    {"authToken", true, "A token of the service account: Anyscale console, API keys (aph0_…)."},
};

constexpr ConfigKey kRayConfig[] = {
    {"address", kText, true, "The dashboard's address, http://head:8265."},
    {"pluginsDir", kText, false, "Where plugins lie on the cluster."},
};
constexpr SecretField kRaySecrets[] = {
    {"authToken", false, "The token that the cluster asks for, if it does."},
};

constexpr ConfigKey kLambdaConfig[] = {
    {"functionName", kText, true, "The function's name or ARN."},
    {"region", kText, false, "Its region; without it that of the environment or profile."},
};

constexpr ConfigKey kLocalConfig[] = {
    {"pluginsDir", kText, false, "Where plugins lie on this machine."},
};

constexpr Environment kEnvironments[] = {
    {"databricks", "Databricks", true, kDatabricksConfig, kDatabricksSecrets, "clientSecret"},
    {"anyscale", "Anyscale", true, kAnyscaleConfig, kAnyscaleSecrets, "authToken"},
    {"ray", "Ray", false, kRayConfig, kRaySecrets, "authToken"},
    {"aws_lambda", "AWS Lambda", false, kLambdaConfig, {}, ""},
    {"local", "this machine", false, kLocalConfig, {}, ""},
};

}  // namespace

std::span<const Environment> all_environments() { return kEnvironments; }

const Environment* find_environment(std::string_view id) {
  const auto* found = std::find_if(std::begin(kEnvironments), std::end(kEnvironments),
                                   [&](const Environment& one) { return one.id == id; });
  return found == std::end(kEnvironments) ? nullptr : found;
}

const SecretField* find_secret_field(const Environment& environment, std::string_view name) {
  const auto found = std::find_if(environment.secrets.begin(), environment.secrets.end(),
                                  [&](const SecretField& one) { return one.name == name; });
  return found == environment.secrets.end() ? nullptr : &*found;
}

}  // namespace orch::provider
