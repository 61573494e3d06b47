// The table of bundle.yaml's fields.
#include <algorithm>

#include "base/text.h"
#include "bundle/spec.h"

namespace orch::bundle {
namespace {

using config::boolean;
using config::Field;
using config::integer;
using config::list;
using config::mapping;
using config::number;
using config::text;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool is_alnum(char c) {
  return is_one_of(c, kDigits) || is_one_of(c, kLower) || is_one_of(c, kUpper);
}
bool is_lower_alnum(char c) { return is_one_of(c, kDigits) || is_one_of(c, kLower); }

template <typename Fits>
bool all(std::string_view text, Fits fits) {
  return std::all_of(text.begin(), text.end(), fits);
}

bool is_bundle_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_lower_alnum(text[0]) &&
         all(text, [](char c) { return is_lower_alnum(c) || is_one_of(c, "_-"); });
}

bool is_service_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_alnum(text[0]) &&
         all(text, [](char c) { return is_alnum(c) || is_one_of(c, "._-"); });
}

bool is_model_id(std::string_view text) {
  return !text.empty() && text.size() <= 61 &&
         all(text, [](char c) { return is_alnum(c) || c == '_'; });
}

bool is_bucket(std::string_view text) {
  return text.size() >= 3 && text.size() <= 63 && is_lower_alnum(text.front()) &&
         is_lower_alnum(text.back()) &&
         all(text, [](char c) { return is_lower_alnum(c) || is_one_of(c, "._-"); });
}

bool is_prefix(std::string_view text) {
  if (!all(text, [](char c) { return is_alnum(c) || is_one_of(c, "._/-"); })) return false;
  const auto parts = split(text, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](std::string_view part) { return part == "." || part == ".."; });
}

bool is_image(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::string_view name = text.substr(0, at);
  if (name.empty() || !is_alnum(name[0]) ||
      !all(name, [](char c) { return is_alnum(c) || is_one_of(c, "._:/-"); })) {
    return false;
  }
  if (at == std::string_view::npos) return true;
  constexpr std::string_view kSha = "@sha256:";
  const std::string_view digest = text.substr(at);
  return digest.starts_with(kSha) && digest.size() == kSha.size() + 64 &&
         all(digest.substr(kSha.size()), [](char c) { return is_one_of(c, "0123456789abcdef"); });
}

bool is_nginx_time(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of(kDigits), text.size());
  if (digits == 0 || digits > 9 || text[0] == '0') return false;
  const std::string_view unit = text.substr(digits);
  return unit == "ms" || unit == "s" || unit == "m" || unit == "h";
}

bool is_body_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of(kDigits), text.size());
  const std::string_view unit = text.substr(digits);
  return digits > 0 && digits <= 9 && (unit.empty() || unit == "k" || unit == "m" || unit == "g");
}

bool is_memory(std::string_view text) { return memory_bytes(text).has_value(); }

bool is_url_path(std::string_view text) {
  return text.starts_with('/') &&
         all(text, [](char c) { return is_alnum(c) || is_one_of(c, "._~/-"); });
}

Field image(std::string_view name, std::string_view about) {
  return text(name, about)
      .spelled({"^[A-Za-z0-9][A-Za-z0-9._:/-]*(@sha256:[0-9a-f]{64})?$", is_image,
                "an image such as nginx:1.27.3-alpine"});
}

Field service(std::string_view name, std::string_view about) {
  return text(name, about)
      .spelled({"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", is_service_name,
                "a name of letters, digits, . _ and -, at most 63"});
}

Field time(std::string_view name, std::string_view about) {
  return text(name, about)
      .spelled({"^[1-9][0-9]{0,8}(ms|s|m|h)$", is_nginx_time, "a duration such as 600s"});
}

Field resources(std::string_view name, std::string_view about) {
  return mapping(name, about,
                 {number("cpus", "CPUs, fractions too.").by_default("2").between("0.01", "1024"),
                  text("memory", "With a unit.")
                      .by_default("2g")
                      .spelled({"^[0-9]{1,15}(\\.[0-9]{1,15})?([kKmMgGtT][iI]?[bB]?|[bB])$",
                                is_memory, "a size with its unit such as 2g or 512m"})});
}

Field batching() {
  return mapping(
      "batching", "Batching of TF Serving, switched on.",
      {integer("max_batch_size", "Inputs in a batch.").by_default("32").between("1", "1000000"),
       integer("batch_timeout_micros", "Waiting for a full batch, in microseconds.")
           .by_default("2000")
           .between("0", "3600000000"),
       integer("num_batch_threads", "Batches at a time; default: the limit's CPUs.")
           .between("1", "4096"),
       integer("max_enqueued_batches", "Batches that may wait.")
           .by_default("100")
           .between("1", "1000000000"),
       list("allowed_batch_sizes", "Sizes to pad to, growing, the last is max_batch_size.",
            integer("", "A size.").between("1", "1000000")),
       boolean("pad_variable_length_inputs", "Pads inputs of unlike length.").by_default("false")});
}

Field model() {
  return mapping(
      "", "A model and its server.",
      {text("id", "The registry's id of the model.")
           .spelled({"^[A-Za-z0-9_]{1,61}$", is_model_id,
                     "letters, digits and _, at most 61 (docker compose takes no other character "
                     "in the names of its variables)"})
           .required(),
       text("engine", "What serves it.").one_of({"tfserving", "triton"}).required(),
       image("image", "The server's image.").required(),
       mapping("gpu", "Devices: true leaves them to the image's runtime.",
               {integer("count", "How many, or all.")
                    .between("1", "1024")
                    .or_a(config::kText)
                    .one_of({"all"}),
                list("device_ids", "Which.", text("", "An index or UUID."))})
           .exactly_one_of({"count", "device_ids"})
           .or_a(config::kBoolean),
       mapping("resources", "What the container may use.",
               {resources("limits", "At most."), resources("reservations", "At least.")}),
       mapping("parallelism", "Threads of TF Serving's session.",
               {integer("inter_op", "Operations at a time.").between("1", "4096"),
                integer("intra_op", "Threads of an operation.").between("1", "4096")}),
       integer("grpc_max_threads", "Threads of TF Serving's gRPC server; default 4 × CPUs.")
           .between("1", "100000"),
       batching(),
       list("extra_args", "Further arguments of the server.", text("", "An argument."))});
}

}  // namespace

const Field& bundle_fields() {
  static const Field table = mapping(
      "Bundle", "A serving bundle: models, their servers, a router and a proxy, as docker compose.",
      {text("kind", "The kind of this file.").one_of({"Bundle"}).required(),
       text("name", "The bundle's name; `bundle` gives the usual paths.")
           .spelled({"^[a-z0-9][a-z0-9_-]{0,62}$", is_bundle_name,
                     "lower-case letters, digits, _ and -, at most 63"})
           .required(),
       text("registry", "The image registry that needs credentials, for its README and doctor.")
           .spelled({"^[A-Za-z0-9][A-Za-z0-9._:/-]*$",
                     [](std::string_view text) {
                       return is_image(text) && text.find('@') == std::string_view::npos;
                     },
                     "a registry such as eu.gcr.io/example"}),
       mapping("bucket", "Where the models are.",
               {text("type", "Its kind; s3 is anything that speaks S3.")
                    .one_of({"gcs", "s3"})
                    .required(),
                text("bucket", "Its name.")
                    .spelled({"^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$", is_bucket,
                              "a bucket's name: 3 to 63 lower-case letters, digits, . _ and -"})
                    .required(),
                text("prefix", "The folder that holds one folder a model.")
                    .by_default("models")
                    .spelled({"^[A-Za-z0-9._/-]*$", is_prefix,
                              "a path of letters, digits, . _ - and /, without . and .."}),
                text("provider", "Who runs an s3 bucket, as rclone calls it.")
                    .one_of({"AWS", "Minio", "Ceph", "Other"})})
           .required(),
       mapping("images", "The other images.",
               {image("model_download", "rclone.").by_default("rclone/rclone:1.68.2"),
                image("router", "nginx.").by_default("nginx:1.27.3-alpine"),
                image("model_proxy", "The model proxy.").required()})
           .required(),
       mapping(
           "router", "The gRPC router.",
           {service("name", "Its service.").by_default("visual-anomaly-nginx"),
            integer("port", "Its port inside the network.").by_default("80").between("1", "65535"),
            time("grpc_timeout", "A call may take.").by_default("600s"),
            time("resolver_valid", "A server's address is looked up again after.")
                .by_default("10s"),
            text("max_body", "The largest request as nginx says it; 0: any.")
                .by_default("0")
                .spelled({"^[0-9]{1,9}[kmg]?$", is_body_size, "a size such as 64m, or 0"})}),
       mapping(
           "proxy", "The model proxy.",
           {integer("http_port", "Its port on the host.").by_default("8000").between("1", "65535"),
            integer("grpc_port", "Its port on the host.").by_default("8005").between("1", "65535"),
            text("signature", "bundle-signature.yaml, copied as it is.").required(),
            text("service_name_format", "--inference-engine-service-name-format."),
            text("target_bundle", "--target-bundle.")})
           .required(),
       service("network", "The network of all services.").by_default("visual-anomaly-network"),
       mapping("monitoring", "Prometheus metrics of TF Serving, on its REST port.",
               {boolean("enabled", "Whether there are any.").by_default("false"),
                text("path", "Their path.")
                    .by_default("/monitoring/prometheus/metrics")
                    .spelled({"^/[A-Za-z0-9._~/-]*$", is_url_path, "a path such as /metrics"})}),
       list("models", "What is served.", model()).required()});
  return table;
}

}  // namespace orch::bundle
