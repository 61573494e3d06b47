// What a deployment may change: its conf/ and creds/ as the example shows them.
#include <fmt/core.h>

#include "bundle/render.h"
#include "bundle/text.h"

namespace orch::bundle {
namespace {

// Enough for a parameter file that TF Serving reads at its start: it ends with an error otherwise.
std::string sizes_text(const Batching& batching) {
  std::string text;
  for (const std::int64_t size : batching.allowed_batch_sizes) {
    text += fmt::format("allowed_batch_sizes: {}\n", size);
  }
  if (batching.pad_variable_length_inputs) text += "pad_variable_length_inputs: true\n";
  return text;
}

}  // namespace

std::string batching_parameters(const Model& model) {
  const Batching& batching = model.batching;
  return fmt::format(
      "# Batching of model {}: BatchingParameters of TF Serving, as a text proto.\n"
      "# Each number stands in {{ value: … }}; a mistake here keeps the server from starting.\n"
      "max_batch_size {{ value: {} }}\n"
      "batch_timeout_micros {{ value: {} }}\n"
      "num_batch_threads {{ value: {} }}\n"
      "max_enqueued_batches {{ value: {} }}\n{}",
      model.id, batching.max_batch_size, batching.batch_timeout_micros, batching.num_batch_threads,
      batching.max_enqueued_batches, sizes_text(batching));
}

std::string monitoring_config(const Spec& spec) {
  return fmt::format(
      "prometheus_config {{\n"
      "  enable: true\n"
      "  path: \"{}\"\n"
      "}}\n",
      spec.monitoring_path);
}

std::vector<std::pair<std::string, std::string>> settings_of(const Model& model) {
  const std::string prefix = "SERVING_" + model.id;
  return {{prefix + "_CPU_LIMIT", model.limits.cpus},
          {prefix + "_MEM_LIMIT", model.limits.memory},
          {prefix + "_CPU_RESERVATION", model.reservations.cpus},
          {prefix + "_MEM_RESERVATION", model.reservations.memory}};
}

std::string settings_env(const Spec& spec) {
  std::string text =
      "# What each model's server may use. CPUs may be fractions, memory needs a unit (2g, 512m).\n"
      "# A CPU reservation has no effect outside swarm; the limits and the memory reservation "
      "do.\n";
  for (const Model& model : spec.models) {
    for (const auto& [name, value] : settings_of(model))
      text += fmt::format("{}={}\n", name, value);
    text += '\n';
  }
  return text + fmt::format(
                    "# The ports of the host that reach the model proxy.\n"
                    "MODEL_PROXY_HTTP_PORT={}\n"
                    "MODEL_PROXY_GRPC_PORT={}\n",
                    spec.http_port, spec.grpc_port);
}

std::string override_example(const Spec& spec) {
  return fill(R"(# Your own changes to the services of base/; this file is never generated again.
# It is merged over them: lists are appended to, other values replaced. Relative paths start at
# base/@bundle@; write ${REL_DIR}/… for files of this directory. For example, one GPU for a model:
#
# services:
#   @service@:
#     deploy:
#       resources:
#         reservations:
#           devices:
#             - driver: "nvidia"
#               capabilities: ["gpu"]
#               count: 1
services: {}
)",
              {{"bundle", spec.name}, {"service", spec.models.front().service()}});
}

std::string credentials_env(const Spec& spec) {
  if (spec.bucket_type == BucketType::gcs) {
    return "# Nothing is needed here: the service account's key is the file gcs.json beside this "
           "one.\n";
  }
  return fmt::format(
      "# The bucket's credentials. Put a value that holds $, #, quotes or blanks in 'single "
      "quotes'.\n"
      "# Provider: AWS, Minio, Ceph or Other. Endpoint: without a scheme https is meant; write\n"
      "# http://HOST:PORT for plain HTTP, and leave it empty for AWS.\n"
      "RCLONE_S3_PROVIDER={}\n"
      "RCLONE_S3_ACCESS_KEY_ID=\n"
      "RCLONE_S3_SECRET_ACCESS_KEY=\n"
      "RCLONE_S3_ENDPOINT=\n",
      spec.bucket_provider);
}

}  // namespace orch::bundle
