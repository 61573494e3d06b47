#include "control/fiftyone_settings.h"

#include <doctest/doctest.h>

#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::control;
using orch::test::TemporaryDirectory;

namespace {

const EnvMap kKeyed = {{"FIFTYONE_API_KEY", "fake-key"}};

EnvMap with(EnvMap environment, const std::string& name, const std::string& value) {
  environment[name] = value;
  return environment;
}

ErrorCode refused(const FiftyOneRequest& request, const EnvMap& environment) {
  const auto settings = usable_fiftyone_settings(request, environment);
  REQUIRE_FALSE(settings);
  CHECK_FALSE(settings.error().next().empty());
  return settings.error().code;
}

}  // namespace

TEST_CASE("the address in its three spellings") {
  for (const char* name : {"FIFTYONE_API_URI", "API_URI", "FIFTYONE_API_URL"}) {
    CAPTURE(name);
    const auto settings = fiftyone_settings({}, with(kKeyed, name, " https://a.example/ "));
    REQUIRE(settings);
    CHECK(settings->api_uri == "https://a.example");
    CHECK(settings->warnings.size() == (std::string_view(name) == "FIFTYONE_API_URI" ? 0 : 1));
  }
  EnvMap two =
      with(with(kKeyed, "API_URI", "https://a.example"), "FIFTYONE_API_URI", "https://a.example/");
  CHECK(fiftyone_settings({}, two)->warnings.size() == 1);
  two["API_URI"] = "https://b.example";
  CHECK(fiftyone_settings({}, two).error().code == ErrorCode::invalid_setting);
  two["API_URI"] = "";
  CHECK(fiftyone_settings({}, two));
  CHECK(fiftyone_settings({.api_uri = "https://flag.example"}, two)->api_uri ==
        "https://flag.example");
}

TEST_CASE("FiftyOne's own config file, after the environment") {
  const TemporaryDirectory directory;
  EnvMap environment = {{"HOME", directory.path()}};
  CHECK(fiftyone_settings({}, environment)->api_uri.empty());
  directory.write(".fiftyone/config.json",
                  R"({"api_uri":"https://file.example","api_key":"fake-file-key"})");
  const auto from_file = fiftyone_settings({}, environment);
  CHECK(from_file->api_uri == "https://file.example");
  CHECK(from_file->api_key == "fake-file-key");
  environment["FIFTYONE_API_URI"] = "https://env.example";
  CHECK(fiftyone_settings({}, environment)->api_uri == "https://env.example");
  environment["FIFTYONE_CONFIG_PATH"] = directory.write("broken.json", "{");
  CHECK(fiftyone_settings({}, environment).error().code == ErrorCode::invalid_setting);
}

TEST_CASE("what cannot be used is named") {
  CHECK(refused({}, kKeyed) == ErrorCode::invalid_setting);
  CHECK(refused({}, {{"FIFTYONE_API_URI", "https://a.example"}}) == ErrorCode::not_authenticated);
  CHECK(refused({.api_uri = "a.example"}, kKeyed) == ErrorCode::invalid_setting);
  CHECK(refused({.api_uri = "http://a.example"}, kKeyed) == ErrorCode::invalid_setting);
  CHECK(refused({.api_uri = "http://127.evil.example"}, kKeyed) == ErrorCode::invalid_setting);
  CHECK(usable_fiftyone_settings({.api_uri = "http://a.example", .allow_insecure_http = true},
                                 kKeyed));
  for (const char* here : {"http://127.0.0.1:8000", "http://localhost", "http://[::1]:1"}) {
    CHECK(usable_fiftyone_settings({.api_uri = here}, kKeyed));
  }
}

TEST_CASE("the interpreter") {
  CHECK(fiftyone_settings({}, {})->python == "python3");
  const EnvMap environment = {{"ORCH_FIFTYONE_PYTHON", "/opt/py"}};
  CHECK(fiftyone_settings({}, environment)->python == "/opt/py");
  CHECK(fiftyone_settings({.python = "/x"}, environment)->python == "/x");
}
