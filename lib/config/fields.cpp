#include "config/fields.h"

#include <utility>

namespace orch::config {

Field Field::required() && {
  is_required = true;
  return std::move(*this);
}
Field Field::by_default(std::string_view value) && {
  fallback = value;
  return std::move(*this);
}
Field Field::between(std::string_view lowest, std::string_view highest) && {
  least = lowest;
  most = highest;
  return std::move(*this);
}
Field Field::at_least(std::string_view lowest) && {
  least = lowest;
  return std::move(*this);
}
Field Field::one_of(std::vector<std::string_view> values) && {
  choices = std::move(values);
  return std::move(*this);
}
Field Field::spelled(Spelling how) && {
  spelling = how;
  return std::move(*this);
}
Field Field::alias(std::string_view flat_name) && {
  aliases.push_back(flat_name);
  return std::move(*this);
}
Field Field::or_a(Kind kind) && {
  kinds |= kind;
  return std::move(*this);
}
Field Field::exactly_one_of(std::vector<std::string_view> names) && {
  groups.push_back({std::move(names), true});
  return std::move(*this);
}
Field Field::at_most_one_of(std::vector<std::string_view> names) && {
  groups.push_back({std::move(names), false});
  return std::move(*this);
}
Field Field::warn_of_unknown() && {
  keeps_unknown = true;
  return std::move(*this);
}

const Field* Field::find(std::string_view member) const {
  for (const Field& field : fields) {
    if (field.name == member) return &field;
  }
  return nullptr;
}

namespace {

Field of_kind(Kind kind, std::string_view name, std::string_view about) {
  Field field;
  field.name = name;
  field.about = about;
  field.kinds = kind;
  return field;
}

}  // namespace

Field text(std::string_view name, std::string_view about) { return of_kind(kText, name, about); }
Field integer(std::string_view name, std::string_view about) {
  return of_kind(kInteger, name, about);
}
Field number(std::string_view name, std::string_view about) {
  return of_kind(kNumber, name, about);
}
Field boolean(std::string_view name, std::string_view about) {
  return of_kind(kBoolean, name, about);
}
Field duration(std::string_view name, std::string_view about) {
  return of_kind(kDuration, name, about);
}
Field size(std::string_view name, std::string_view about) { return of_kind(kSize, name, about); }
Field secret(std::string_view name, std::string_view about) {
  return of_kind(kSecret, name, about);
}
Field any(std::string_view name, std::string_view about) { return of_kind(kAny, name, about); }

Field list(std::string_view name, std::string_view about, Field each) {
  Field field = of_kind(kList, name, about);
  field.each.push_back(std::move(each));
  return field;
}
Field mapping(std::string_view name, std::string_view about, std::vector<Field> fields) {
  Field field = of_kind(kMapping, name, about);
  field.fields = std::move(fields);
  return field;
}
Field map_of(std::string_view name, std::string_view about, Field each) {
  Field field = of_kind(kMapping, name, about);
  field.each.push_back(std::move(each));
  return field;
}

const Field& secret_forms() {
  static const Field forms =
      mapping("", "Where a secret's value is.",
              {text("ref", "The name of a secret that orch keeps."),
               text("env", "A variable of orch's own environment."),
               text("file", "A file; one newline at its end is not part of the value."),
               boolean("stdin", "Read from standard input."),
               boolean("prompt", "Asked for on the terminal."),
               mapping("aws_secrets_manager", "A secret in AWS Secrets Manager.",
                       {text("id", "Its name or ARN.").required(), text("region", "Its region."),
                        text("key", "The member to take when the secret is a JSON object.")}),
               list("exec", "A command that prints the value.", text("", "An argument."))})
          .exactly_one_of({"ref", "env", "file", "stdin", "prompt", "aws_secrets_manager", "exec"});
  return forms;
}

}  // namespace orch::config
