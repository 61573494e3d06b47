// bundle.yaml: what a serving bundle holds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "config/fields.h"
#include "doc/value.h"

namespace orch::bundle {

enum class Engine : std::uint8_t { tfserving, triton };
constexpr std::string_view to_text(Engine engine) {
  return engine == Engine::triton ? "triton" : "tfserving";
}

enum class BucketType : std::uint8_t { s3, gcs };

struct Resources {
  std::string cpus = "2";
  std::string memory = "2g";  // as docker compose takes it
};

// Which of the host's devices a service may use.
struct Devices {
  std::string count;             // a number or "all"; empty: `ids` say which
  std::vector<std::string> ids;  // both empty: what the container runtime gives by itself
  bool named() const { return !count.empty() || !ids.empty(); }
};

struct Batching {
  bool enabled = false;
  std::int64_t max_batch_size = 32;
  std::int64_t batch_timeout_micros = 2000;
  std::int64_t num_batch_threads = 0;  // as many as CPUs, unless given
  std::int64_t max_enqueued_batches = 100;
  std::vector<std::int64_t> allowed_batch_sizes;
  bool pad_variable_length_inputs = false;
};

struct Model {
  std::string id;
  Engine engine = Engine::tfserving;
  std::string image;
  bool gpu = false;
  Devices devices;
  Resources limits;
  Resources reservations;
  std::optional<std::int64_t> inter_op;
  std::optional<std::int64_t> intra_op;
  std::optional<std::int64_t> grpc_max_threads;
  Batching batching;
  std::vector<std::string> extra_args;

  std::string service() const { return "s" + id + "s"; }
  int grpc_port() const { return engine == Engine::triton ? 8001 : 8500; }
  // The limit in whole CPUs, at least one.
  std::int64_t whole_cpus() const;
};

struct Spec {
  std::string name;
  std::string registry;  // where images are pulled from; empty: not said
  BucketType bucket_type = BucketType::s3;
  std::string bucket;
  std::string prefix;           // without slashes at its ends
  std::string bucket_provider;  // as rclone spells it; empty: not said
  std::string download_image;
  std::string router_image;
  std::string proxy_image;
  std::string router = "visual-anomaly-nginx";
  std::int64_t router_port = 80;
  std::string grpc_timeout;  // as nginx spells a time
  std::string resolver_valid;
  std::string max_body;
  std::int64_t http_port = 8000;
  std::int64_t grpc_port = 8005;
  std::string signature;            // a path
  std::string service_name_format;  // empty: not said
  std::string target_bundle;
  std::string network;
  bool monitoring = false;
  std::string monitoring_path;
  std::vector<Model> models;  // by id

  // Where the router answers GET /health inside its container.
  std::int64_t router_health_port() const;
};

const config::Field& bundle_fields();

struct SpecOptions {
  std::string name;                     // of the file, for messages
  std::string base_directory;           // of its relative paths
  const EnvMap* environment = nullptr;  // for ${VAR}
  std::vector<std::string> set = {};    // --set
};
struct ParsedSpec {
  Spec spec;
  std::vector<std::string> warnings;
};
// invalid_file with every mistake and its line and column.
Result<ParsedSpec> parse_bundle(const doc::Value& document, const SpecOptions& options);

// Whether the signature names each model with its engine; what does not fit, as warnings. The file
// is not ours: nothing in it stops a bundle.
std::vector<std::string> signature_warnings(const Spec& spec, std::string_view signature);

// The release that an nginx image's tag names, 1.27.3 as {1, 27, 3}; nothing when it names none.
using NginxRelease = std::array<int, 3>;
std::optional<NginxRelease> nginx_release(std::string_view image);

// "2g" or "512MiB" in bytes; nothing when compose would not take it or the unit is missing.
std::optional<double> memory_bytes(std::string_view text);

}  // namespace orch::bundle
