#include "ops/env_values.h"

#include <fmt/core.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/process.h"
#include "base/redact.h"
#include "base/text.h"

namespace orch::ops {
namespace {

constexpr std::uint64_t kLargestValue = 64 << 10;

// One newline at the end belongs to the file or the command, not to the value.
std::string without_newline(std::string value) {
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

Result<std::string> output_of(const std::vector<std::string>& argv, const EnvMap& environment) {
  Pipe pipe = ORCH_TRY(make_pipe());
  SpawnSpec spec;
  spec.argv = argv;
  spec.env = environment;  // a secret manager's client needs its own credentials
  spec.stdout_fd = pipe.write.get();
  spec.stderr_fd = 2;
  const pid_t child = ORCH_TRY(spawn(spec));
  pipe.write.reset();
  Result<std::string> text = read_fd(pipe.read.get(), argv.front(), kLargestValue);
  pipe.read.reset();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ORCH_TRY(std::move(text));
  if (status != 0) {
    return fail(ErrorCode::secret_unavailable,
                fmt::format("{} ended with {}", argv.front(), describe_wait_status(status)),
                "run the command by hand; its messages are above");
  }
  return text;
}

Result<std::string> value_of(const std::string& name, const job::EnvValue& value,
                             const EnvMap& environment) {
  using From = job::EnvValue::From;
  switch (value.from) {
    case From::text:
      return value.text;
    case From::env:
      if (std::optional<std::string> found = get(environment, value.text)) return *found;
      return fail(ErrorCode::secret_unavailable,
                  fmt::format("env.{}: the variable {} is not set", name, value.text),
                  "set it where orch runs; the queue runner has the environment of who started it");
    case From::file:
      return without_newline(ORCH_TRY(read_file(value.text, kLargestValue)));
    case From::exec:
      return without_newline(ORCH_TRY(output_of(value.argv, environment)));
  }
  return fail(ErrorCode::bug, "a kind of env value without a case");
}

}  // namespace

Result<EnvMap> resolve_env(const job::JobSpec& spec, const EnvMap& environment) {
  EnvMap out;
  for (const auto& [name, value] : spec.env) {
    std::string text = ORCH_TRY(value_of(name, value, environment));
    if (value.from != job::EnvValue::From::text) register_secret(text);
    out[name] = std::move(text);
  }
  return out;
}

}  // namespace orch::ops
