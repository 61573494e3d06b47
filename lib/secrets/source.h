// Where a secret's value comes from: never an argument of a command line.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "doc/value.h"

namespace orch::secrets {

// A secret field as a file or a flag says it (design.md §2).
struct Source {
  // text: the name of an existing secret if there is one, else a value. ref: a name, and nothing
  // is made.
  enum class From { text, ref, env, file, standard_input, prompt, aws_secrets_manager, exec };
  From from = From::text;
  std::string text;               // text, name, variable, path (absolute), or secret id at AWS
  std::vector<std::string> argv;  // exec
  std::string region;             // aws_secrets_manager
  std::string key;                // … of a JSON secret
  bool operator==(const Source&) const = default;
};

// A checked field of a file (config::secret). Relative paths are resolved against the directory.
Result<Source> parse_source(const doc::Value& value, const std::string& base_directory);
// "clientSecret=env:VAR" → field and source; also ref:NAME, file:PATH, stdin, prompt. Error usage
// names the forms and never repeats what might be a value.
Result<std::pair<std::string, Source>> parse_field_source(std::string_view argument,
                                                          const std::string& current_directory);
// "env:VAR", file:PATH, stdin or prompt: where a value comes from, for --from.
Result<Source> parse_value_source(std::string_view argument, const std::string& current_directory);
// "env:VAR", "file:PATH", "stdin", "prompt", "exec:…": without a value, for messages.
std::string show(const Source& source);

// Whether it brings a value of its own (everything but ref; text may be either).
bool is_value(const Source& source);

struct Reader {
  const EnvMap& environment;
  // Asks the terminal without echo; empty: nobody is there to ask (--no-input).
  std::function<Result<std::string>(std::string_view question)> prompt;
};
// The value, one newline at its end taken off, registered for redaction. secret_unavailable names
// the field and what gave nothing; an empty value is refused; unsupported for ref and for
// aws_secrets_manager until that provider is there.
Result<std::string> read_value(std::string_view field, const Source& source, const Reader& reader);
// The same, and an empty value is a value (a job's `env`).
Result<std::string> read_any(std::string_view field, const Source& source, const Reader& reader);

}  // namespace orch::secrets
