#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "doc/value.h"
#include "pipeline/http_request.h"

using namespace orch;
using namespace orch::pipeline;
using job::HttpCall;

namespace {

HttpCall call_of(const std::string& yaml) {
  return job::http_call_of(doc::parse_yaml(yaml, "call").value());
}

Item item_of(std::string text, std::string_view meta = {}, std::string carried = {}) {
  Item item;
  item.text = std::move(text);
  item.meta = meta;
  item.carried = std::move(carried);
  return item;
}

const std::string kTf = "{url: http://h:1/, protocol: tfserving, model: a b, inputs: ";
const std::string kV2 = "{url: http://h:1, protocol: kserve, model: m, inputs: ";

}  // namespace

TEST_CASE("addresses") {
  CHECK(call_of(kTf + "[{from: input}]}").address() == "http://h:1/v1/models/a%20b:predict");
  CHECK(call_of(kTf + "[{from: input}], version: '3'}").address() ==
        "http://h:1/v1/models/a%20b/versions/3:predict");
  CHECK(call_of(kV2 + "[{from: input}], version: '3'}").address() ==
        "http://h:1/v2/models/m/versions/3/infer");
  CHECK(ready_request(call_of(kV2 + "[]}")).url == "http://h:1/v2/models/m/ready");
}

TEST_CASE("what a job file says is written back the same") {
  for (const std::string& text :
       {kTf + "[{from: meta.a.b}], signature: s, outputs: [x]}",
        kV2 + "[{name: t, from: result, datatype: FP32, shape: [1, 2]}], version: '1'}"}) {
    const HttpCall call = call_of(text);
    CHECK(job::http_call_of(job::to_value(call)) == call);
  }
}

TEST_CASE("TF Serving's body") {
  const auto one = infer_request(call_of(kTf + "[{from: input}]}"), item_of("a\"b"));
  REQUIRE(one);
  CHECK(one->body == R"({"instances":["a\"b"]})");
  CHECK(one->method == "POST");
  const auto two = infer_request(
      call_of(kTf + "[{name: x, from: meta.v}, {name: y, from: result}], signature: s}"),
      item_of("t", R"({"v":[1,2]})", "3.5"));
  REQUIRE(two);
  CHECK(two->body == R"({"signature_name":"s","instances":[{"x":[1,2],"y":3.5}]})");
}

TEST_CASE("bytes: base64 for TF Serving, behind the JSON for KServe") {
  const std::string path =
      (std::filesystem::temp_directory_path() / "orch-test-http-request").string();
  std::ofstream(path, std::ios::binary) << std::string("\x00\xFFz", 3);
  Item item = item_of("t");
  item.path = path;
  const auto tf = infer_request(call_of(kTf + "[{}]}"), item);
  REQUIRE(tf);
  CHECK(tf->body == R"({"instances":[{"b64":"AP96"}]})");
  const auto v2 = infer_request(
      call_of(kV2 + "[{name: a, datatype: BYTES, shape: [1]}, {name: b, datatype: UINT8, shape: "
                    "[3]}], outputs: [y]}"),
      item);
  REQUIRE(v2);
  const std::string head =
      R"({"inputs":[{"name":"a","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":7}},)"
      R"({"name":"b","datatype":"UINT8","shape":[3],"parameters":{"binary_data_size":3}}],)"
      R"("outputs":[{"name":"y"}]})";
  CHECK(v2->body == head + std::string("\x03\x00\x00\x00\x00\xFFz\x00\xFFz", 10));
  REQUIRE(v2->headers.size() == 2);
  CHECK(v2->headers[0].second == std::to_string(head.size()));
  std::filesystem::remove(path);
  CHECK(infer_request(call_of(kTf + "[{}]}"), item).error().code == "input_unreadable");
  CHECK(infer_request(call_of(kTf + "[{}]}"), item_of("t")).error().code == "input_not_found");
}

TEST_CASE("numbers for KServe") {
  const HttpCall call = call_of(kV2 + "[{name: x, datatype: FP32, shape: [1], from: meta}]}");
  const auto bare = infer_request(call, item_of("t", "7"));
  REQUIRE(bare);
  CHECK(bare->body == R"({"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[7]}]})");
  CHECK(infer_request(call, item_of("t")).error().message == "it has no meta");
}

TEST_CASE("results") {
  const HttpCall tf = call_of(kTf + "[{from: input}], outputs: [y]}");
  CHECK(infer_result(tf, R"({"predictions":[{"x":1,"y":[2]}]})").value() == R"({"y":[2]})");
  CHECK(infer_result(tf, R"({"predictions":[[0.5]]})").value() == "[0.5]");
  for (const char* wrong :
       {R"({"predictions":[]})", R"({"predictions":[1,2]})", "[]", "<html>", ""}) {
    CHECK(infer_result(tf, wrong).error().code == "bad_answer");
  }
  const HttpCall v2 = call_of(kV2 + "[{from: input}]}");
  CHECK(infer_result(v2, R"({"outputs":[{"name":"a","data":[1]},{"name":"b","data":["x"]}]})")
            .value() == R"({"a":[1],"b":["x"]})");
  CHECK(infer_result(v2, R"({"outputs":[{"name":"a"}]})").error().code == "bad_answer");
  CHECK(infer_result(v2, R"({"outputs":[]})").error().code == "bad_answer");
}

TEST_CASE("readiness") {
  const HttpCall tf = call_of(kTf + "[], version: '3'}");
  const auto said = [](const std::string& version, const std::string& state) {
    return http::Response{200,
                          {},
                          R"({"model_version_status":[{"version":")" + version + R"(","state":")" +
                              state + R"("}]})"};
  };
  CHECK(is_ready(tf, said("3", "AVAILABLE")));
  CHECK_FALSE(is_ready(tf, said("2", "AVAILABLE")));
  CHECK_FALSE(is_ready(tf, said("3", "LOADING")));
  CHECK_FALSE(is_ready(tf, {503, {}, "{}"}));
  CHECK(is_ready(call_of(kV2 + "[]}"), {200, {}, ""}));
  CHECK_FALSE(is_ready(call_of(kV2 + "[]}"), {400, {}, ""}));
  CHECK(refusal_text({400, {}, R"({"error":"bad\nshape"})"}) == "HTTP 400: bad\\nshape");
  CHECK(refusal_text({502, {}, ""}) == "HTTP 502");
}
