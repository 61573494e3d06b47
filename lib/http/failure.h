// What to tell a person when an attempt did not succeed, and whether to try again. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace orch::http {

// What is known of an attempt when it ends.
struct AttemptFacts {
  std::string url;       // the input's
  std::string last_url;  // after redirects
  int curl_code = 0;     // CURLE_OK: the status is what is wrong
  int status = 0;        // 0: no answer came
  std::string detail;    // curl's words
  int os_error = 0;
  bool connected = false;
  bool headers_ended = false;
  std::uint64_t received = 0;  // of the body, earlier attempts included
  std::optional<std::uint64_t> expected;
  Duration connect_timeout{};
  Duration timeout{};
  std::string request_id;
  std::string ca_file;
  int attempts = 1;
};

struct Failure {
  Error error;
  bool retry = false;
};

Failure describe_status(const AttemptFacts& facts);      // a whole answer that is not 2xx
Failure describe_curl_error(const AttemptFacts& facts);  // no whole answer

// "404 Not Found"; HTTP/2 sends no words, so they are ours.
std::string status_text(int status);

}  // namespace orch::http
