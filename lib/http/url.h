// What orch itself needs to know of a URL; curl does the rest.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::http {

bool is_http_url(std::string_view url);  // http or https, any case
bool is_https_url(std::string_view url);
// localhost, 127.0.0.0/8 or [::1]; false when in doubt.
bool is_loopback_url(std::string_view url);

// "https://host:443": who answers, in one spelling; cheap, and tolerant of what curl will refuse.
std::string origin_of(std::string_view url);

// Where a redirect from `from` to `location` leads: absolute, http or https only, never from https
// to http; user and password stay only on the same origin. bad_answer says why not.
Result<std::string> redirect_target(const std::string& from, const std::string& location);

}  // namespace orch::http
