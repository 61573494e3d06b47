// Whether and where a broken download can go on. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orch::http {

struct ResumeHeaders {
  std::string etag;
  std::string last_modified;
  std::string date;
  std::string accept_ranges;
};

// The value for If-Range: a strong ETag, else a Last-Modified that lies before Date (in the same
// second the body may have changed since). Empty: only from zero.
std::string validator(const ResumeHeaders& headers);

// "bytes 1000-4999/5000" → 1000.
std::optional<std::uint64_t> content_range_start(std::string_view value);

}  // namespace orch::http
