#include <doctest/doctest.h>

#include <string>

#include "base/file.h"
#include "bundle/spec.h"

using namespace orch;
using namespace orch::bundle;

namespace {

constexpr std::string_view kHead = R"(kind: Bundle
name: b
bucket: {type: s3, bucket: enc-models}
images: {model_proxy: "proxy:1"}
)";

std::string whole(std::string_view rest) { return std::string(kHead) + std::string(rest); }
std::string with_model(std::string_view fields) {
  return whole(
             "proxy: {signature: s.yaml}\nmodels:\n  - id: m1\n    engine: tfserving\n    image: "
             "i:1\n") +
         std::string(fields);
}

Result<ParsedSpec> parse(const std::string& text) {
  return parse_bundle(ORCH_TRY(doc::parse_yaml(text, "bundle.yaml")),
                      {"bundle.yaml", "/here", nullptr, {}});
}

// All that is said of a file, a line each.
std::string mistakes_of(const std::string& text) {
  const auto parsed = parse(text);
  if (parsed) return "none";
  std::string said;
  for (const std::string& line : parsed.error().details) said += line + "\n";
  return said.empty() ? parsed.error().message : said;
}

bool says(const std::string& text, std::string_view wanted) {
  const std::string said = mistakes_of(text);
  INFO("said: " << said);
  CHECK(said.find(wanted) != std::string::npos);
  return true;
}

}  // namespace

TEST_CASE("the table of fields is sound") { CHECK(config::flaws(bundle_fields()).empty()); }

TEST_CASE("defaults") {
  const auto parsed = parse(with_model(""));
  REQUIRE(parsed);
  const Spec& spec = parsed->spec;
  CHECK(spec.prefix == "models");
  CHECK(spec.router == "visual-anomaly-nginx");
  CHECK(spec.network == "visual-anomaly-network");
  CHECK(spec.signature == "/here/s.yaml");
  CHECK(spec.http_port == 8000);
  CHECK(spec.grpc_port == 8005);
  const Model& model = spec.models.at(0);
  CHECK(model.limits.cpus == "2");
  CHECK(model.limits.memory == "2g");
  CHECK(model.reservations.memory == "2g");
  CHECK_FALSE(model.batching.enabled);
  CHECK(model.batching.num_batch_threads == 2);
}

TEST_CASE("reservations follow a limit that is lower than the default") {
  const auto parsed = parse(with_model("    resources: {limits: {cpus: 0.5, memory: 512m}}\n"));
  REQUIRE(parsed);
  CHECK(parsed->spec.models[0].reservations.cpus == "0.5");
  CHECK(parsed->spec.models[0].reservations.memory == "512m");
  CHECK(parsed->spec.models[0].whole_cpus() == 1);
}

TEST_CASE("models are sorted by id") {
  const auto parsed = parse(with_model("  - {id: a, engine: triton, image: 'i:1'}\n"));
  REQUIRE(parsed);
  CHECK(parsed->spec.models[0].id == "a");
}

TEST_CASE("rules beyond the schema name line, column and cure") {
  const auto hyphen =
      whole("proxy: {signature: s.yaml}\nmodels:\n  - {id: a-b, engine: triton, image: 'i:1'}\n");
  says(hyphen, "bundle.yaml:7:10: models[0].id: must be letters, digits and _, at most 61");
  says(whole("proxy: {signature: s.yaml}\nmodels: []\n"), "bundle.yaml:6:9: models: is empty");
  says(with_model("  - {id: M1, engine: triton, image: 'i:1'}\n"),
       "bundle.yaml:10:10: models[1].id: is the id of models[0] too");
  says(with_model("    resources: {limits: {memory: 2}}\n"),
       "must be text, not the number 2; write a size with its unit");
  says(with_model("    resources: {limits: {memory: '2'}}\n"), "must be a size with its unit");
  says(with_model("    resources: {limits: {memory: 5m}}\n"), "less than the 6m");
  says(with_model("    resources: {reservations: {cpus: 3}}\n"), "more than the limit of 2");
  says(with_model("    resources: {reservations: {memory: 2100m}}\n"), "more than the limit of 2g");
  says(with_model("    batching: {allowed_batch_sizes: [4, 4, 32]}\n"), "sizes must grow");
  says(with_model("    batching: {allowed_batch_sizes: [4, 8]}\n"),
       "must end with max_batch_size, 32");
  says(with_model("    gpu: {count: many}\n"), "gpu.count: must be all");
  says(with_model("    gpu: {count: 1, device_ids: ['0']}\n"), "cannot stand beside count");
  says(whole("proxy: {signature: s}\nmodels: [{id: a, engine: triton, image: 'a b'}]\n"),
       "must be an image such as nginx");
  says(with_model("  - {id: t, engine: triton, image: 'i:1', grpc_max_threads: 3}\n"),
       "models[1].grpc_max_threads: is TF Serving's");
  says(with_model("router: {name: sm1s}\n"), "is the service of model m1");
  says(with_model("router: {name: model_proxy}\n"), "is another service of the bundle");
  says(with_model("router: {grpc_timeout: 600}\n"), "must be text");
  says(with_model("monitoring: {path: metrics}\n"), "must be a path such as /metrics");
  says(whole("proxy: {signature: s, http_port: 1, grpc_port: 1}\nmodels: "
             "[{id: a, engine: triton, image: 'i:1'}]\n"),
       "is http_port too");
}

TEST_CASE("hostile values are refused where they would become part of a script or a path") {
  for (const char* bucket : {"a$(id)b", "a'b", "a b", "../x", "a\\nb"}) {
    const std::string text = "kind: Bundle\nname: b\nbucket: {type: s3, bucket: \"" +
                             std::string(bucket) +
                             "\"}\nimages: {model_proxy: p}\nproxy: {signature: s}\nmodels: "
                             "[{id: a, engine: triton, image: i}]\n";
    CHECK(mistakes_of(text) != "none");
  }
  for (const char* prefix : {"../models", "a/../b", "a'b", "a b", "$HOME"}) {
    const std::string text = "kind: Bundle\nname: b\nbucket: {type: s3, bucket: abc, prefix: \"" +
                             std::string(prefix) +
                             "\"}\nimages: {model_proxy: p}\nproxy: {signature: s}\nmodels: "
                             "[{id: a, engine: triton, image: i}]\n";
    CHECK(mistakes_of(text) != "none");
  }
  for (const char* id : {"../x", "a.b", "", "a/b", "a b", "é", "$x", "a\\nb"}) {
    const std::string text = std::string(kHead) + "proxy: {signature: s}\nmodels: [{id: \"" + id +
                             "\", engine: triton, image: i}]\n";
    CHECK(mistakes_of(text) != "none");
  }
}

TEST_CASE("what works with a drawback warns") {
  const auto parsed = parse(with_model("    extra_args: ['--port=1', '--new']\n"));
  REQUIRE(parsed);
  std::string all;
  for (const std::string& warning : parsed->warnings) all += warning + "\n";
  CHECK(all.find("models[0].extra_args[0]: --port is written by orch too") != std::string::npos);
  CHECK(all.find("--new") == std::string::npos);
  const auto loose = parse(with_model("  - {id: a, engine: triton, image: 'host:5000/i'}\n"));
  REQUIRE(loose);
  REQUIRE(loose->warnings.size() == 1);
  CHECK(loose->warnings[0].find("models[1].image") != std::string::npos);
}

TEST_CASE("the signature is compared with the models") {
  const auto parsed = parse(with_model("  - {id: '007', engine: triton, image: 'i:1'}\n"));
  REQUIRE(parsed);
  CHECK(signature_warnings(parsed->spec,
                           "models: {x: {backendInferenceEngine: tfServing, models: [{id: m1}, "
                           "{id: 007, backendInferenceEngine: triton}]}}\n")
            .empty());
  CHECK(signature_warnings(parsed->spec, "models: {x: {models: [{id: m2}]}}\n").size() == 3);
  const auto other = signature_warnings(
      parsed->spec, "models: {x: {backendInferenceEngine: triton, models: [{id: m1}, {id: 007}]}}");
  REQUIRE(other.size() == 1);
  CHECK(other[0].find("m1 is for triton, the bundle serves it with tfserving") !=
        std::string::npos);
  CHECK(signature_warnings(parsed->spec, "a: [").size() == 1);
}

TEST_CASE("nginx releases and sizes") {
  CHECK(nginx_release("nginx:1.27.3-alpine") == NginxRelease{1, 27, 3});
  CHECK(nginx_release("host:5000/nginx:1.24") == NginxRelease{1, 24, 0});
  CHECK(nginx_release("nginx:1.25.1@sha256:ab") == NginxRelease{1, 25, 1});
  CHECK_FALSE(nginx_release("nginx:stable-alpine"));
  CHECK_FALSE(nginx_release("host:5000/nginx"));
  CHECK_FALSE(nginx_release("nginx:1"));
  CHECK(memory_bytes("2g") == 2147483648.0);
  CHECK(memory_bytes("2Gb") == 2147483648.0);
  CHECK(memory_bytes("1.5GiB") == 1610612736.0);
  CHECK(memory_bytes("100b") == 100.0);
  for (const char* wrong :
       {"", "2", "g", "2x", "1.g", ".5g", "1.2.3g", "-1g", "2 g", "1e3k", "2gg"}) {
    CHECK_FALSE(memory_bytes(wrong));
  }
}
