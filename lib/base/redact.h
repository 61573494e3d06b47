// Masks secrets in text that leaves the process, and cuts URLs to what may be shown.
#pragma once

#include <string>
#include <string_view>

namespace orch {

// From now on every occurrence of this value (6 bytes or more; also its URL-encoded, base64 and
// JSON-escaped forms) is shown as ****.
void register_secret(std::string_view value);
std::string redact(std::string_view text);

// Without query, fragment and userinfo: inputs may be presigned.
std::string show_url(std::string_view url);

}  // namespace orch
