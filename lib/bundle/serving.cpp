// The services of the model servers. What the guides tell people to switch on stands there as a
// comment that is valid once its `#` is removed, unless the spec has switched it on.
#include <fmt/core.h>

#include <string>

#include "bundle/render.h"
#include "bundle/text.h"

namespace orch::bundle {
namespace {

constexpr std::string_view kService = R"(  @service@:
    image: @image@
    restart: "unless-stopped"
    networks: [@network@]
    security_opt: ["no-new-privileges:true"]
    labels:
      orch.bundle: @bundle@
      orch.model-id: @id@
      orch.engine: "@engine@"
@sha256@    depends_on:
      model_download:
        condition: "service_completed_successfully"
    stop_grace_period: "30s"
@shared_memory@    volumes:
      - "./model-serving/model-download/models/@model@:/models/@model@:ro"
@volumes@    command:
@command@    healthcheck:
      test: ["CMD", "bash", "-c", @health@]
      interval: "15s"
      timeout: "10s"
      retries: 5
      start_period: "300s"
    deploy:
      resources:
        limits:
          cpus: "${SERVING_@model@_CPU_LIMIT:-@cpu_limit@}"
          memory: "${SERVING_@model@_MEM_LIMIT:-@memory_limit@}"
        reservations:
          cpus: "${SERVING_@model@_CPU_RESERVATION:-@cpu_reservation@}"
          memory: "${SERVING_@model@_MEM_RESERVATION:-@memory_reservation@}"
@devices@    logging:
      driver: "json-file"
      options: {max-size: "10m", max-file: "3"}

)";

// One file, mounted only when it is there: docker would make a directory of its name otherwise.
std::string file_mount(std::string_view source, std::string_view target) {
  return fmt::format(
      "      - type: \"bind\"\n"
      "        source: \"{}\"\n"
      "        target: \"{}\"\n"
      "        read_only: true\n"
      "        bind:\n"
      "          create_host_path: false\n",
      source, target);
}

std::string tfserving_volumes(const Spec& spec, const Model& model) {
  const std::string batching = fmt::format("/conf/{}/batching_{}.txt", spec.name, model.id);
  std::string text =
      model.batching.enabled
          ? file_mount("${REL_DIR:?set REL_DIR in .env}" + batching, "/etc/batching.txt")
          : fmt::format("      #- \"${{REL_DIR}}{}:/etc/batching.txt:ro\"\n", batching);
  text += spec.monitoring ? file_mount("./monitoring.txt", "/etc/monitoring.txt")
                          : "      #- \"./monitoring.txt:/etc/monitoring.txt:ro\"\n";
  return text;
}

std::string argument(std::string_view text, bool on = true) {
  return fmt::format("      {}- {}\n", on ? "" : "#", compose_string(text));
}

std::string numbered(std::string_view flag, std::optional<std::int64_t> value,
                     std::int64_t example) {
  return argument(fmt::format("{}={}", flag, value.value_or(example)), value.has_value());
}

std::string tfserving_command(const Spec& spec, const Model& model) {
  constexpr std::int64_t kThreadsOfCpu = 4;  // the server's own default
  const bool batching = model.batching.enabled;
  return argument("--enable_model_warmup") + argument("--model_name=" + model.id) +
         argument("--model_base_path=/models/" + model.id) + "\n" +
         numbered("--tensorflow_inter_op_parallelism", model.inter_op, model.whole_cpus()) +
         numbered("--tensorflow_intra_op_parallelism", model.intra_op, model.whole_cpus()) + "\n" +
         argument("--enable_batching", batching) +
         argument("--batching_parameters_file=/etc/batching.txt", batching) + "\n" +
         argument("--monitoring_config_file=/etc/monitoring.txt", spec.monitoring) + "\n" +
         numbered("--grpc_max_threads", model.grpc_max_threads, kThreadsOfCpu * model.whole_cpus());
}

std::string triton_command() {
  return argument("tritonserver") + argument("--model-repository=/models") +
         argument("--model-control-mode=none") + argument("--strict-readiness=true") +
         argument("--http-port=8000") + argument("--grpc-port=8001") +
         argument("--metrics-port=8002");
}

std::string command(const Spec& spec, const Model& model) {
  std::string text =
      model.engine == Engine::triton ? triton_command() : tfserving_command(spec, model);
  for (const std::string& extra : model.extra_args) text += argument(extra);
  return text;
}

// Needs nothing that the stock images lack: no curl, no grpc_health_probe.
std::string health(const Model& model) {
  if (model.engine == Engine::triton) {
    return "exec 3<>/dev/tcp/127.0.0.1/8000 && printf 'GET /v2/health/ready HTTP/1.0\\r\\n\\r\\n' "
           ">&3 "
           "&& grep -q ' 200 ' <&3";
  }
  return fmt::format(
      "exec 3<>/dev/tcp/127.0.0.1/8501 && printf 'GET /v1/models/{} HTTP/1.0\\r\\n\\r\\n' >&3 && "
      "grep -q '\"state\": *\"AVAILABLE\"' <&3",
      model.id);
}

std::string devices(const Model& model) {
  constexpr std::string_view kIndent = "          ";
  if (!model.devices.named()) {
    return fmt::format(
        "{0}#devices:\n"
        "{0}  #- driver: \"nvidia\"\n"
        "{0}    #capabilities: [\"gpu\"]\n"
        "{0}    #count: 1\n",
        kIndent);
  }
  std::string which;
  if (!model.devices.ids.empty()) {
    for (const std::string& id : model.devices.ids) {
      which += (which.empty() ? "" : ", ") + compose_string(id);
    }
    which = fmt::format("device_ids: [{}]", which);
  } else {
    which = "count: " + (model.devices.count == "all" ? "\"all\"" : model.devices.count);
  }
  return fmt::format(
      "{0}devices:\n"
      "{0}  - driver: \"nvidia\"\n"
      "{0}    capabilities: [\"gpu\"]\n"
      "{0}    {1}\n",
      kIndent, which);
}

}  // namespace

std::string serving_service(const Spec& spec, const Model& model, std::string_view monitoring) {
  const bool triton = model.engine == Engine::triton;
  const std::string service = model.service();
  const std::string image = compose_string(model.image);
  const std::string network = compose_string(spec.network);
  const std::string bundle = compose_string(spec.name);
  const std::string id = compose_string(model.id);
  const std::string digest = triton || monitoring.empty()
                                 ? ""
                                 : fmt::format("      orch.config-sha256: \"{}\"\n", monitoring);
  const std::string volumes = triton ? std::string() : tfserving_volumes(spec, model);
  const std::string arguments = command(spec, model);
  const std::string check = compose_string(health(model));
  const std::string device_lines = devices(model);
  return fill(kService, {{"service", service},
                         {"image", image},
                         {"network", network},
                         {"bundle", bundle},
                         {"id", id},
                         {"engine", to_text(model.engine)},
                         {"sha256", digest},
                         {"model", model.id},
                         {"shared_memory", triton ? "    shm_size: \"1g\"\n" : ""},
                         {"volumes", volumes},
                         {"command", arguments},
                         {"health", check},
                         {"cpu_limit", model.limits.cpus},
                         {"memory_limit", model.limits.memory},
                         {"cpu_reservation", model.reservations.cpus},
                         {"memory_reservation", model.reservations.memory},
                         {"devices", device_lines}});
}

}  // namespace orch::bundle
