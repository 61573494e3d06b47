// One error type for all of orch: a stable code, what failed, what to do next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orch {

enum class ErrorCode : std::uint8_t {
#define ORCH_ERROR(code, exit_status, retryable, hint) code,
#include "base/error_codes.def"
#undef ORCH_ERROR
};

// What the table says of a code.
struct ErrorTraits {
  ErrorCode code;
  std::string_view name;  // the stable string, as in error_codes.def
  int exit_status;
  bool retryable;
  std::string_view hint;
};

// Every code in the order of the table (for help, man pages, schemas and tests).
const std::vector<ErrorTraits>& all_error_codes();
const ErrorTraits& traits(ErrorCode code);

// The request behind a provider's error. The URL has neither query nor userinfo.
struct HttpDetail {
  std::string method;
  std::string url;
  int status = 0;
  std::string request_id;
  int attempts = 1;
  bool sent = true;  // the other side may have read it; false: there was no connection
};

struct Error {
  ErrorCode code = ErrorCode::failed;
  std::string message;               // what failed, with which value; one line, no secret
  std::string hint;                  // what to do next; empty: the code's own
  std::vector<std::string> details;  // further lines, e.g. each mistake in a file
  std::string provider;
  std::optional<HttpDetail> http;

  // The hint to show: this error's, else the code's.
  std::string_view next() const { return hint.empty() ? traits(code).hint : hint; }
};

// errno_text("open", "jobs/x.yaml", ENOENT): "cannot open jobs/x.yaml: No such file or directory".
std::string errno_text(std::string_view doing, std::string_view what, int error_number);

// The same as an Error. Reading: file_not_found or file_unreadable. Writing: output_failed, but
// file_not_found for a missing directory, already_exists, and reader_gone for EPIPE.
Error read_error(std::string_view doing, std::string_view what, int error_number);
Error write_error(std::string_view doing, std::string_view what, int error_number);

}  // namespace orch
