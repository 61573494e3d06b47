// read_value and read_any of secrets/source.h.
#include <fmt/core.h>
#include <unistd.h>

#include "base/capture.h"
#include "base/file.h"
#include "base/process.h"
#include "base/redact.h"
#include "base/text.h"
#include "secrets/source.h"

namespace orch::secrets {
namespace {

using From = Source::From;

constexpr std::uint64_t kLargestValue = 64 << 10;

// One newline at the end belongs to the file or the command, not to the value.
std::string without_newline(std::string value) {
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

Error unavailable(std::string message, std::string hint) {
  return {ErrorCode::secret_unavailable, std::move(message), std::move(hint), {}, {}, {}};
}

Result<std::string> output_of(std::string_view field, const std::vector<std::string>& argv,
                              const EnvMap& environment) {
  SpawnSpec spec;
  spec.argv = argv;
  spec.env = environment;  // a secret manager's client needs its own credentials
  spec.stderr_fd = STDERR_FILENO;
  Captured captured = ORCH_TRY(capture(std::move(spec), std::nullopt, kLargestValue));
  const int status = captured.wait_status;
  if (status == 0) return std::move(captured.output);
  return fail(unavailable(fmt::format("{}: {} ended with {}", field, printable(argv.front()),
                                      describe_wait_status(status)),
                          "run the command by hand; its messages are above"));
}

Result<std::string> read_raw(std::string_view field, const Source& source, const Reader& reader) {
  switch (source.from) {
    case From::text:
      return source.text;
    case From::env:
      if (auto value = get(reader.environment, source.text)) return std::move(*value);
      return fail(
          unavailable(fmt::format("{}: the variable {} is not set", field, printable(source.text)),
                      "set it where orch runs"));
    case From::file:
      return without_newline(ORCH_TRY(read_file(source.text, kLargestValue)));
    case From::standard_input:
      return without_newline(ORCH_TRY(read_fd(STDIN_FILENO, "standard input", kLargestValue)));
    case From::prompt:
      if (reader.prompt) return reader.prompt(field);
      return fail(unavailable(fmt::format("{}: nobody is there to be asked", field),
                              "give it with env:VAR, file:PATH or stdin"));
    case From::exec:
      return without_newline(ORCH_TRY(output_of(field, source.argv, reader.environment)));
    case From::ref:
      return fail(ErrorCode::unsupported, fmt::format("{}: {} names a secret, it brings no value",
                                                      field, printable(source.text)));
    case From::aws_secrets_manager:
      return fail(ErrorCode::unsupported,
                  fmt::format("{}: AWS Secrets Manager comes with the AWS provider", field),
                  "until then {exec: [aws, secretsmanager, get-secret-value, …]} reads it");
  }
  return fail(ErrorCode::bug, "a source of secrets without a case");
}

}  // namespace

Result<std::string> read_any(std::string_view field, const Source& source, const Reader& reader) {
  std::string value = ORCH_TRY(read_raw(field, source, reader));
  register_secret(value);
  return value;
}

Result<std::string> read_value(std::string_view field, const Source& source, const Reader& reader) {
  std::string value = ORCH_TRY(read_any(field, source, reader));
  if (!value.empty()) return value;
  return fail(unavailable(fmt::format("{}: {} gave an empty value", field, show(source)),
                          "an empty secret is never meant; look at where it comes from"));
}

}  // namespace orch::secrets
