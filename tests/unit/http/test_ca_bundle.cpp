#include <doctest/doctest.h>

#include "base/file.h"
#include "http/ca_bundle.h"
#include "support/temporary_directory.h"

using namespace orch;
using namespace orch::http;

TEST_CASE("the CA file that a variable names is taken, SSL_CERT_FILE first") {
  test::TemporaryDirectory directory;
  const std::string one = directory.path() + "/one.pem";
  const std::string two = directory.path() + "/two.pem";
  REQUIRE(write_file_atomically(one, ""));
  REQUIRE(write_file_atomically(two, ""));
  CHECK(find_ca_bundle({{"SSL_CERT_FILE", one}, {"CURL_CA_BUNDLE", two}}).value() == one);
  CHECK(find_ca_bundle({{"SSL_CERT_FILE", ""}, {"CURL_CA_BUNDLE", two}}).value() == two);
}

TEST_CASE("a CA file that is not there is an error, never a fallback") {
  const auto found = find_ca_bundle({{"CURL_CA_BUNDLE", "/no/such.pem"}});
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::tls_failed);
  CHECK(found.error().message ==
        "cannot read /no/such.pem (from CURL_CA_BUNDLE): No such file or directory");
}
