#include "http/resume.h"

#include <curl/curl.h>

#include "base/text.h"

namespace orch::http {

std::string validator(const ResumeHeaders& headers) {
  if (lower(trim(headers.accept_ranges)) == "none") return {};
  if (headers.etag.size() > 2 && headers.etag.front() == '"' && headers.etag.back() == '"') {
    return headers.etag;
  }
  const time_t modified = curl_getdate(headers.last_modified.c_str(), nullptr);
  const time_t sent = curl_getdate(headers.date.c_str(), nullptr);
  if (modified < 0 || sent < 0 || modified >= sent) return {};
  return headers.last_modified;
}

std::optional<std::uint64_t> content_range_start(std::string_view value) {
  constexpr std::string_view kUnit = "bytes ";
  if (lower(value.substr(0, kUnit.size())) != kUnit) return std::nullopt;
  const std::string_view range = trim(value.substr(kUnit.size()));
  const auto start = parse_integer(range.substr(0, range.find('-')));
  if (!start || *start < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*start);
}

}  // namespace orch::http
