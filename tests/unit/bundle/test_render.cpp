#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "bundle/render.h"
#include "bundle/text.h"

using namespace orch;
using namespace orch::bundle;

namespace {

const std::string kData = std::string(ORCH_TESTS) + "/data/bundle";

Spec spec_of(const std::string& text) {
  auto parsed = parse_bundle(doc::parse_yaml(text, "bundle.yaml").value(),
                             {"bundle.yaml", kData, nullptr, {}});
  REQUIRE_MESSAGE(parsed, parsed.error().message);
  return std::move(parsed->spec);
}

Spec sample() { return spec_of(read_file(kData + "/bundle.yaml").value()); }

const std::string& content(const std::vector<File>& files, std::string_view path) {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const File& file) { return file.path == path; });
  REQUIRE(found != files.end());
  return found->content;
}

bool holds(const std::string& text, std::string_view part) {
  INFO(part << " in " << text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

}  // namespace

// tests/data/bundle/golden is what `orch bundle-gen` writes for bundle.yaml beside it.
TEST_CASE("the sample's tree is the golden one, byte for byte") {
  const std::string golden = kData + "/golden/";
  const std::vector<File> files = render(sample(), read_file(kData + "/signature.yaml").value());
  std::size_t there = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(golden)) {
    const std::string path = entry.path().string().substr(golden.size());
    there += entry.is_regular_file() && !path.starts_with(".orch/") &&
             path.find("/models/") == std::string::npos;
  }
  CHECK(files.size() == there);
  for (const File& file : files) {
    INFO(file.path);
    CHECK(file.content == read_file(golden + file.path).value_or("missing"));
  }
}

TEST_CASE("every file ends with a newline and holds neither a carriage return nor a tab") {
  for (const File& file : render(sample(), "models: {}\n")) {
    INFO(file.path);
    CHECK(file.content.ends_with('\n'));
    CHECK(file.content.find_first_of("\r\t") == std::string::npos);
  }
}

TEST_CASE("the spec's order does not matter") {
  Spec spec = sample();
  const auto before = render(spec, "s\n");
  Spec again = spec_of(
      "kind: Bundle\nname: b\nbucket: {type: gcs, bucket: abc, prefix: /a/b/}\nimages: "
      "{model_proxy: p}\nproxy: {signature: s}\nmodels: [{id: z, engine: triton, image: i}, {id: "
      "a, engine: tfserving, image: i}]\n");
  const auto gcs = render(again, "s\n");
  holds(content(gcs, "base/b/model-serving/model-download/model-download.sh"), "src='src:abc/a/b'");
  holds(content(gcs, "base/b/model-serving/model-download/model-download.sh"),
        "fetch a tfserving\nfetch z triton\n");
  holds(content(gcs, "base/b/model-serving/model-download/rclone.conf"),
        "service_account_file = /src/gcs.json");
  holds(content(gcs, "base/b/docker-compose.yaml"), "/creds/b/gcs.json\"");
  CHECK(std::is_sorted(before.begin(), before.end(),
                       [](const File& a, const File& b) { return a.path < b.path; }));
}

TEST_CASE("the router's form follows its release") {
  Spec spec = sample();
  holds(nginx_conf(spec), "        listen 80;\n        http2 on;\n");
  spec.router_image = "nginx:1.24-alpine";
  holds(nginx_conf(spec), "        listen 80 http2;\n        listen 127.0.0.1:8080;\n");
  CHECK(nginx_conf(spec).find("http2 on") == std::string::npos);
  CHECK(spec.router_health_port() == 8080);
  spec.router_port = 8080;
  CHECK(spec.router_health_port() == 8081);
  spec.router_image = "nginx:1.18";
  CHECK(nginx_conf(spec).find("keepalive_time ") == std::string::npos);
  spec.router_image = "nginx:stable";
  CHECK(spec.router_health_port() == 8080);
  CHECK(
      routes_map(spec).find("\"64a1f0c2e4b0d1a2b3c4d5e3\" \"s64a1f0c2e4b0d1a2b3c4d5e3s:8001\";") !=
      std::string::npos);
}

TEST_CASE("a dollar of the spec is a dollar in the container") {
  Spec spec = sample();
  spec.models[0].extra_args = {"--a=${HOME}", "quote\" back\\slash", "new\nline"};
  spec.service_name_format = "$s";
  const std::string compose = compose_base(spec, "");
  holds(compose, R"(- "--a=$${HOME}")");
  holds(compose, R"(- "quote\" back\\slash")");
  holds(compose, R"(- "new\nline")");
  holds(compose, "      - \"--inference-engine-service-name-format\"\n      - \"$$s\"\n");
}

TEST_CASE("devices") {
  Spec spec = sample();
  spec.models[0].devices.ids = {"0", "GPU-1"};
  holds(compose_base(spec, ""), "device_ids: [\"0\", \"GPU-1\"]");
  spec.models[0].devices = {"all", {}};
  holds(compose_base(spec, ""), "count: \"all\"");
}

TEST_CASE("fill replaces what it knows and nothing in what it put in") {
  CHECK(fill("a @x@ @@ @y @x@", {{"x", "@x@"}}) == "a @x@ @@ @y @x@");
  CHECK(fill("@reject; @b@", {{"b", "1"}}) == "@reject; 1");
}
