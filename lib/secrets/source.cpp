#include "secrets/source.h"

#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"

namespace orch::secrets {
namespace {

using From = Source::From;

constexpr std::string_view kForms = "FIELD=ref:NAME, env:VAR, file:PATH, stdin or prompt";

std::string member(const doc::Value& value, std::string_view key) {
  const doc::Value* found = value.find(key);
  return found != nullptr && found->string() != nullptr ? *found->string() : std::string();
}

bool is_true(const doc::Value& value) { return value.boolean() != nullptr && *value.boolean(); }

Error bad(std::string message) {
  return {ErrorCode::invalid_file, std::move(message), {}, {}, {}, {}};
}

Result<Source> parse_exec(const doc::Value& command) {
  Source source{From::exec, {}, {}, {}, {}};
  if (command.array() != nullptr) {
    for (const doc::Value& word : *command.array()) {
      if (word.string() != nullptr) source.argv.push_back(*word.string());
    }
  }
  if (source.argv.empty() || source.argv.front().empty()) {
    return fail(bad("exec needs a list: the program and its arguments"));
  }
  return source;
}

// The checks of the form itself were made by the field table; what is left is what it means.
Result<Source> parse_mapping(const doc::Value& value, const std::string& base_directory) {
  if (value.object()->size() != 1)
    return fail(bad("needs exactly one of ref, env, file, stdin, prompt, exec"));
  const auto& [form, inner] = value.object()->front();
  const bool has_text = inner.string() != nullptr && !inner.string()->empty();
  if (form == "ref" && has_text) return Source{From::ref, *inner.string(), {}, {}, {}};
  if (form == "env" && has_text) return Source{From::env, *inner.string(), {}, {}, {}};
  if (form == "file" && has_text) {
    return Source{From::file, resolve(base_directory, *inner.string()), {}, {}, {}};
  }
  if (form == "stdin" && is_true(inner)) return Source{From::standard_input, {}, {}, {}, {}};
  if (form == "prompt" && is_true(inner)) return Source{From::prompt, {}, {}, {}, {}};
  if (form == "exec") return parse_exec(inner);
  if (form == "aws_secrets_manager") {
    return Source{From::aws_secrets_manager,
                  member(inner, "id"),
                  {},
                  member(inner, "region"),
                  member(inner, "key")};
  }
  return fail(bad(fmt::format("{} needs a value", printable(form))));
}

}  // namespace

Result<Source> parse_source(const doc::Value& value, const std::string& base_directory) {
  if (value.object() != nullptr) return parse_mapping(value, base_directory);
  if (value.string() == nullptr || value.string()->empty()) {
    return fail(bad("must be text that is not empty, or a mapping such as {env: VAR}"));
  }
  return Source{From::text, *value.string(), {}, {}, {}};
}

Result<std::pair<std::string, Source>> parse_field_source(std::string_view argument,
                                                          const std::string& current_directory) {
  const std::size_t equals = argument.find('=');
  const std::string_view field = argument.substr(0, equals);
  const std::string_view from =
      equals == std::string_view::npos ? std::string_view() : argument.substr(equals + 1);
  const std::size_t colon = from.find(':');
  const std::string_view form = from.substr(0, colon);
  const std::string text(colon == std::string_view::npos ? std::string_view()
                                                         : from.substr(colon + 1));
  Source source;
  bool known = !field.empty() && field.find_first_of(" :/") == std::string_view::npos;
  if (form == "ref" || form == "env" || form == "file") {
    source.from = form == "ref" ? From::ref : form == "env" ? From::env : From::file;
    source.text =
        source.from == From::file && !text.empty() ? resolve(current_directory, text) : text;
    known = known && !text.empty();
  } else if ((form == "stdin" || form == "prompt") && colon == std::string_view::npos) {
    source.from = form == "stdin" ? From::standard_input : From::prompt;
  } else {
    known = false;
  }
  if (known) return std::pair{std::string(field), source};
  // Somebody may have written the value itself: it is not repeated.
  return fail(ErrorCode::usage,
              "a secret on the command line says where its value is, not what it is",
              fmt::format("write {}", kForms));
}

Result<Source> parse_value_source(std::string_view argument, const std::string& current_directory) {
  auto parsed = parse_field_source("value=" + std::string(argument), current_directory);
  if (parsed && is_value(parsed->second)) return std::move(parsed->second);
  return fail(ErrorCode::usage,
              parsed ? "--from ref: names a secret, and a value is needed"
                     : "--from says where the value is, not what it is",
              "give env:VAR, file:PATH, stdin or prompt");
}

std::string show(const Source& source) {
  switch (source.from) {
    case From::text:
      return "the file";
    case From::ref:
      return "ref:" + printable(source.text);
    case From::env:
      return "env:" + printable(source.text);
    case From::file:
      return "file:" + printable(source.text);
    case From::standard_input:
      return "stdin";
    case From::prompt:
      return "prompt";
    case From::aws_secrets_manager:
      return "aws_secrets_manager:" + printable(source.text);
    case From::exec:
      return "exec:" + printable(source.argv.front());
  }
  return {};
}

bool is_value(const Source& source) { return source.from != From::ref; }

}  // namespace orch::secrets
