#include "bundle/spec.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "config/kinds.h"
#include "config/prepare.h"
#include "config/view.h"

namespace orch::bundle {
namespace {

using config::Report;
using config::View;

constexpr double kLeastMemory = 6.0 * 1024 * 1024;  // the engine refuses less

double cpus_of(const Resources& resources) { return parse_number(resources.cpus).value_or(0); }
double memory_of(const Resources& resources) { return memory_bytes(resources.memory).value_or(0); }

const doc::Value& at(const View& view, std::string_view path) {
  const doc::Value* found = view.find(path);
  return found == nullptr ? view.value() : *found;
}

void read_resources(const View& model, const std::string& path, Model& to, Report& report) {
  to.limits = {fmt::format("{}", model.number("resources.limits.cpus")),
               model.text("resources.limits.memory")};
  to.reservations = to.limits;
  if (model.has("resources.reservations.cpus")) {
    to.reservations.cpus = fmt::format("{}", model.number("resources.reservations.cpus"));
  }
  if (model.has("resources.reservations.memory")) {
    to.reservations.memory = model.text("resources.reservations.memory");
  }
  for (const std::string_view part : {"resources.limits.memory", "resources.reservations.memory"}) {
    const doc::Value* written = model.find(part);
    if (written == nullptr || memory_bytes(model.text(part)).value_or(0) >= kLeastMemory) continue;
    report.mistake(*written, config::member_path(path, part),
                   fmt::format("is {}, less than the 6m a container needs", model.text(part)));
  }
  if (cpus_of(to.reservations) > cpus_of(to.limits)) {
    report.mistake(at(model, "resources.reservations.cpus"),
                   config::member_path(path, "resources.reservations.cpus"),
                   fmt::format("is {}, more than the limit of {}; raise the limit or lower it",
                               to.reservations.cpus, to.limits.cpus));
  }
  if (memory_of(to.reservations) > memory_of(to.limits)) {
    report.mistake(at(model, "resources.reservations.memory"),
                   config::member_path(path, "resources.reservations.memory"),
                   fmt::format("is {}, more than the limit of {}; raise the limit or lower it",
                               to.reservations.memory, to.limits.memory));
  }
}

void read_gpu(const View& model, const std::string& path, Model& to, Report& report) {
  const doc::Value* gpu = model.find("gpu");
  if (gpu == nullptr) return;
  to.gpu = gpu->boolean() == nullptr || *gpu->boolean();
  if (gpu->object() == nullptr) return;
  to.devices.count = model.text("gpu.count");
  to.devices.ids = model.texts("gpu.device_ids");
  if (model.has("gpu.device_ids") && to.devices.ids.empty()) {
    report.mistake(at(model, "gpu.device_ids"), config::member_path(path, "gpu.device_ids"),
                   "names no device; write [\"0\"], or count: 1");
  }
}

void read_batching(const View& model, const std::string& path, Model& to, Report& report) {
  Batching& batching = to.batching;
  batching.enabled = model.has("batching");
  batching.max_batch_size = model.integer("batching.max_batch_size");
  batching.batch_timeout_micros = model.integer("batching.batch_timeout_micros");
  batching.num_batch_threads = model.has("batching.num_batch_threads")
                                   ? model.integer("batching.num_batch_threads")
                                   : to.whole_cpus();
  batching.max_enqueued_batches = model.integer("batching.max_enqueued_batches");
  batching.pad_variable_length_inputs = model.boolean("batching.pad_variable_length_inputs");
  const doc::Value* sizes = model.find("batching.allowed_batch_sizes");
  if (sizes == nullptr || sizes->array() == nullptr) return;
  const std::string sizes_path = config::member_path(path, "batching.allowed_batch_sizes");
  for (std::size_t i = 0; i < sizes->array()->size(); ++i) {
    const doc::Value& size = (*sizes->array())[i];
    if (size.integer() == nullptr) continue;
    if (!batching.allowed_batch_sizes.empty() &&
        *size.integer() <= batching.allowed_batch_sizes.back()) {
      report.mistake(
          size, config::item_path(sizes_path, i),
          fmt::format("is {}, not more than the one before it; sizes must grow", *size.integer()));
    }
    batching.allowed_batch_sizes.push_back(*size.integer());
  }
  if (batching.allowed_batch_sizes.empty() ||
      batching.allowed_batch_sizes.back() != batching.max_batch_size) {
    report.mistake(*sizes, sizes_path,
                   fmt::format("must end with max_batch_size, {}", batching.max_batch_size));
  }
}

void read_threads(const View& model, Model& to) {
  const auto given = [&](std::string_view path) -> std::optional<std::int64_t> {
    if (!model.has(path)) return std::nullopt;
    return model.integer(path);
  };
  to.inter_op = given("parallelism.inter_op");
  to.intra_op = given("parallelism.intra_op");
  to.grpc_max_threads = given("grpc_max_threads");
}

// Flags that the compose file writes: a second one after them would win.
void warn_of_extra_args(const View& model, const std::string& path, const Model& of,
                        Report& report) {
  constexpr std::array<std::string_view, 12> kTfServing = {"--port",
                                                           "--rest_api_port",
                                                           "--model_name",
                                                           "--model_base_path",
                                                           "--enable_model_warmup",
                                                           "--enable_batching",
                                                           "--batching_parameters_file",
                                                           "--monitoring_config_file",
                                                           "--grpc_max_threads",
                                                           "--tensorflow_inter_op_parallelism",
                                                           "--tensorflow_intra_op_parallelism",
                                                           "--model_config_file"};
  constexpr std::array<std::string_view, 6> kTriton = {"--model-repository", "--model-control-mode",
                                                       "--strict-readiness", "--http-port",
                                                       "--grpc-port",        "--metrics-port"};
  const doc::Value* written = model.find("extra_args");
  if (written == nullptr || written->array() == nullptr) return;
  for (std::size_t i = 0; i < of.extra_args.size(); ++i) {
    const std::string_view flag =
        std::string_view(of.extra_args[i]).substr(0, of.extra_args[i].find('='));
    const bool ours =
        of.engine == Engine::triton
            ? std::find(kTriton.begin(), kTriton.end(), flag) != kTriton.end()
            : std::find(kTfServing.begin(), kTfServing.end(), flag) != kTfServing.end();
    if (!ours) continue;
    report.warn((*written->array())[i], config::item_path(path + ".extra_args", i),
                fmt::format("{} is written by orch too, and this one wins: health checks and "
                            "routes may no longer fit",
                            flag));
  }
}

Model read_model(const View& model, const std::string& path, Report& report) {
  Model to;
  to.id = model.text("id");
  to.engine = model.text("engine") == "triton" ? Engine::triton : Engine::tfserving;
  to.image = model.text("image");
  to.extra_args = model.texts("extra_args");
  read_gpu(model, path, to, report);
  read_resources(model, path, to, report);
  read_threads(model, to);
  read_batching(model, path, to, report);
  warn_of_extra_args(model, path, to, report);
  if (to.engine == Engine::tfserving) return to;
  for (const std::string_view only : {"batching", "parallelism", "grpc_max_threads"}) {
    if (const doc::Value* written = model.find(only)) {
      report.mistake_at_key(*written, config::member_path(path, only),
                            "is TF Serving's; Triton's is set in the model's config.pbtxt");
    }
  }
  return to;
}

void read_models(const View& file, Spec& spec, Report& report) {
  const std::vector<View> models = file.items("models");
  if (models.empty()) report.mistake(at(file, "models"), "models", "is empty; add a model");
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string path = config::item_path("models", i);
    Model model = read_model(models[i], path, report);
    const auto [first, is_new] = seen.emplace(lower(model.id), i);
    if (!is_new) {
      report.mistake(at(models[i], "id"), path + ".id",
                     fmt::format("is the id of models[{}] too; neither the router nor DNS tells "
                                 "upper from lower case",
                                 first->second));
    }
    if (lower(model.service()) == lower(spec.router)) {
      report.mistake(at(file, "router.name"), "router.name",
                     fmt::format("is the service of model {}; choose another", model.id));
    }
    spec.models.push_back(std::move(model));
  }
  std::sort(spec.models.begin(), spec.models.end(),
            [](const Model& a, const Model& b) { return a.id < b.id; });
}

std::string trimmed_of_slashes(std::string text) {
  while (text.starts_with('/')) text.erase(0, 1);
  while (text.ends_with('/')) text.pop_back();
  return text;
}

void read_router(const View& file, Spec& spec, Report& report) {
  spec.router = file.text("router.name");
  spec.router_port = file.integer("router.port");
  spec.grpc_timeout = file.text("router.grpc_timeout");
  spec.resolver_valid = file.text("router.resolver_valid");
  spec.max_body = file.text("router.max_body");
  if (lower(spec.router) == "model_proxy" || lower(spec.router) == "model_download") {
    report.mistake(at(file, "router.name"), "router.name",
                   fmt::format("{} is another service of the bundle; choose another", spec.router));
  }
  constexpr NginxRelease kOldest{1, 15, 6};  // grpc_socket_keepalive
  const auto release = nginx_release(spec.router_image);
  if (release && *release < kOldest) {
    report.mistake(at(file, "images.router"), "images.router",
                   "is older than nginx 1.15.6, which routes gRPC; take a newer tag");
  }
}

void warn_of_image(const View& view, std::string_view path, std::string_view shown_path,
                   Report& report) {
  const std::string image = view.text(path);
  if (!view.has(path) || image.find('@') != std::string::npos) return;
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.find(':', slash == std::string::npos ? 0 : slash);
  if (colon == std::string::npos || image.substr(colon) == ":latest") {
    report.warn(at(view, path), shown_path,
                fmt::format("{} changes under the same name; name a version, better a digest "
                            "(@sha256:…)",
                            image));
  }
}

void warn_of_images(const View& file, Report& report) {
  for (const std::string_view path :
       {"images.model_download", "images.router", "images.model_proxy"}) {
    warn_of_image(file, path, path, report);
  }
  const std::vector<View> models = file.items("models");
  for (std::size_t i = 0; i < models.size(); ++i) {
    warn_of_image(models[i], "image", config::item_path("models", i) + ".image", report);
  }
}

Spec read_spec(const View& file, const std::string& base_directory, Report& report) {
  Spec spec;
  spec.name = file.text("name");
  spec.registry = file.text("registry");
  spec.bucket_type = file.text("bucket.type") == "gcs" ? BucketType::gcs : BucketType::s3;
  spec.bucket = file.text("bucket.bucket");
  spec.prefix = trimmed_of_slashes(file.text("bucket.prefix"));
  spec.bucket_provider = file.text("bucket.provider");
  if (spec.bucket_type == BucketType::gcs && file.has("bucket.provider")) {
    report.mistake(at(file, "bucket.provider"), "bucket.provider", "is for s3 only; remove it");
  }
  spec.download_image = file.text("images.model_download");
  spec.router_image = file.text("images.router");
  spec.proxy_image = file.text("images.model_proxy");
  read_router(file, spec, report);
  spec.http_port = file.integer("proxy.http_port");
  spec.grpc_port = file.integer("proxy.grpc_port");
  if (spec.http_port == spec.grpc_port) {
    report.mistake(at(file, "proxy.grpc_port"), "proxy.grpc_port",
                   "is http_port too; choose another");
  }
  spec.signature = resolve(base_directory, file.text("proxy.signature"));
  spec.service_name_format = file.text("proxy.service_name_format");
  spec.target_bundle = file.text("proxy.target_bundle");
  spec.network = file.text("network");
  spec.monitoring = file.boolean("monitoring.enabled");
  spec.monitoring_path = file.text("monitoring.path");
  read_models(file, spec, report);
  warn_of_images(file, report);
  return spec;
}

}  // namespace

std::int64_t Model::whole_cpus() const {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(cpus_of(limits))));
}

std::optional<double> memory_bytes(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::size_t kMostDigits = 15;
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto parts = split(text.substr(0, end), '.');
  if (parts.size() > 2) return std::nullopt;
  for (const std::string_view part : parts) {
    if (part.empty() || part.size() > kMostDigits) return std::nullopt;
    if (part.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  }
  const double number = parse_number(text.substr(0, end)).value_or(0);
  const std::string unit = lower(text.substr(end));
  if (unit == "b") return number;
  const std::size_t power =
      unit.empty() ? std::string_view::npos : std::string_view("kmgt").find(unit[0]);
  if (power == std::string_view::npos) return std::nullopt;
  const std::string_view rest = std::string_view(unit).substr(1);
  if (!rest.empty() && rest != "b" && rest != "i" && rest != "ib") return std::nullopt;
  return number * std::pow(1024.0, static_cast<double>(power + 1));
}

std::optional<NginxRelease> nginx_release(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view tag = image.substr(colon + 1);
  const std::string_view numbers =
      tag.substr(0, std::min(tag.find_first_not_of("0123456789."), tag.size()));
  NginxRelease parts = {0, 0, 0};
  const auto texts = split(numbers, '.');
  if (texts.size() < 2 || texts.size() > parts.size()) return std::nullopt;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto part = parse_integer(texts[i]);
    if (!part || *part > 1'000'000) return std::nullopt;
    parts[i] = static_cast<int>(*part);
  }
  return parts;
}

Result<ParsedSpec> parse_bundle(const doc::Value& document, const SpecOptions& options) {
  Report report(options.name);
  const doc::Value file =
      config::prepare(document, bundle_fields(), {options.set, options.environment}, report);
  if (!report.ok()) return fail(report.error());
  ParsedSpec parsed;
  parsed.spec = read_spec(View(file, bundle_fields()), options.base_directory, report);
  if (!report.ok()) return fail(report.error());
  parsed.warnings = report.warnings();
  return parsed;
}

}  // namespace orch::bundle
