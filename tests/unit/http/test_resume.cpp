#include <doctest/doctest.h>

#include <string>

#include "http/resume.h"

using namespace orch::http;

TEST_CASE("what can be resumed") {
  constexpr const char* kOld = "Sun, 06 Nov 1994 08:49:37 GMT";
  constexpr const char* kLater = "Sun, 06 Nov 1994 08:49:38 GMT";
  CHECK(validator({"\"abc\"", "", "", ""}) == "\"abc\"");
  CHECK(validator({"\"abc\"", kOld, kLater, "bytes"}) == "\"abc\"");
  CHECK(validator({"\"abc\"", "", "", "none"}).empty());
  CHECK(validator({"W/\"abc\"", "", "", "bytes"}).empty());
  CHECK(validator({"W/\"abc\"", kOld, kLater, "bytes"}) == kOld);
  CHECK(validator({"", kOld, kLater, ""}) == kOld);
  CHECK(validator({"", kOld, kOld, ""}).empty());  // may have changed within the second
  CHECK(validator({"", kOld, "", ""}).empty());
  CHECK(validator({"", "yesterday", kLater, ""}).empty());
  CHECK(validator({"", "", "", "bytes"}).empty());
  CHECK(validator({"\"", "", "", ""}).empty());
}

TEST_CASE("where a part begins") {
  CHECK(content_range_start("bytes 1000-4999/5000") == 1000);
  CHECK(content_range_start("Bytes 0-0/*") == 0);
  for (const char* junk :
       {"", "bytes", "bytes */5000", "bytes -5/10", "items 1-2/3", "bytes x-y/z"}) {
    CAPTURE(std::string(junk));
    CHECK_FALSE(content_range_start(junk));
  }
}
