#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/redact.h"

using namespace orch;

namespace {

std::string base64(std::string_view bytes, std::string_view last_two = "+/") {
  const std::string alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + std::string(last_two);
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6;) {
      count -= 6;
      out += alphabet[(bits >> count) & 63U];
    }
  }
  if (count > 0) out += alphabet[(bits << (6 - count)) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

}  // namespace

TEST_CASE("text without secrets is unchanged and short values are never secrets") {
  register_secret("abc12");
  register_secret("");
  CHECK(redact("abc12 and nothing else") == "abc12 and nothing else");
  CHECK(redact("") == "");
}

TEST_CASE("a secret is masked as it is, URL-encoded and JSON-escaped") {
  const std::string secret = "p/w \"é\"+\\x";
  register_secret(secret);
  CHECK(redact("<" + secret + "><" + secret + ">") == "<****><****>");
  CHECK(redact("k=p%2Fw%20%22%C3%A9%22%2B%5Cx&z=1") == "k=****&z=1");
  CHECK(redact("k=p%2fw%20%22%c3%a9%22%2b%5cx&z=1") == "k=****&z=1");
  CHECK(redact("k=p%2Fw+%22%C3%A9%22%2B%5Cx&z=1") == "k=****&z=1");
  CHECK(redact("/p/w%20%22%C3%A9%22%2B%5Cx/") == "/****/");
  CHECK(redact(R"({"k":"p/w \"é\"+\\x"})") == R"({"k":"****"})");
  CHECK(redact(R"({"k":"p\/w \"\u00e9\"+\\x"})") == R"({"k":"****"})");
}

TEST_CASE("a secret inside base64 is masked wherever it stands") {
  const std::string secret = "s3cr3t-\xff\xfe~>?-value";
  register_secret(secret);
  for (const std::string before : {"", "u", "us", "user:", "abcd"}) {
    for (const std::string after : {"", "x", "xy", "xyz"}) {
      for (const std::string_view last_two : {"+/", "-_"}) {
        const std::string encoded = base64(before + secret + after, last_two);
        CAPTURE(encoded);
        const std::string shown = redact("Basic " + encoded);
        CHECK(shown.find("****") != std::string::npos);
        // Nothing that holds six whole bits of the secret is left.
        const std::size_t first = before.size() * 8 / 6;
        const std::string core = encoded.substr(first + 1, secret.size() * 8 / 6 - 2);
        for (std::size_t i = 0; i + 4 <= core.size(); ++i) {
          CHECK(shown.find(core.substr(i, 4)) == std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("overlapping secrets are masked as one") {
  register_secret("overlap-one-two");
  register_secret("one-two-three");
  CHECK(redact("[overlap-one-two-three]") == "[****]");
}

TEST_CASE("a key of many lines is masked line by line, its frame is not") {
  register_secret(
      "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END "
      "KEY-----\n");
  CHECK(redact("line 2: AQEFAASCBKcwggSjAgEAAoIB") == "line 2: ****");
  CHECK(redact("-----BEGIN KEY-----") == "-----BEGIN KEY-----");
}

TEST_CASE("the last newline of a secret file does not hide it") {
  register_secret("from-a-file-9\n");
  CHECK(redact("Bearer from-a-file-9;") == "Bearer ****;");
}

TEST_CASE("secrets may be registered while others redact") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 20; ++i) {
        const std::string secret = "thread-secret-" + std::to_string(t) + "-" + std::to_string(i);
        register_secret(secret);
        CHECK(redact(secret + ".").find("secret") == std::string::npos);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_CASE("a URL is shown without what may be secret in it") {
  CHECK(show_url("https://user:pw@host:8443/a/b?sig=1#f") == "https://host:8443/a/b");
  CHECK(show_url("https://host/a@b/c") == "https://host/a@b/c");
  CHECK(show_url("https://us@er:p@w@host/x") == "https://host/x");
  CHECK(show_url("https://user:p@w\\@host/x") == "https://host/x");
  CHECK(show_url("s3://bucket/key?versionId=3") == "s3://bucket/key");
  CHECK(show_url("https://host?token=1") == "https://host");
  CHECK(show_url("host/path?token=1") == "host/path");
  CHECK(show_url("") == "");
}
