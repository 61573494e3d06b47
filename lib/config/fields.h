// A table of fields describes one YAML kind. From it come the check of a file with all its
// mistakes at once (config/prepare.h), typed getters with the defaults (config/view.h) and the
// JSON Schema (config/json_schema.h).
//
//   const Field& job_fields() {
//     static const Field table = mapping("Job", "A job over many inputs.", {
//         text("name", "What the job is called.").alias("job_name").required(),
//         mapping("input", "Where the inputs come from.", {
//             list("list", "The inputs themselves.", any("", "An input.")),
//             text("file", "A file with one input a line."),
//         }).exactly_one_of({"list", "file"}).required(),
//         integer("split_size", "Inputs in a split.").between("1", "1000000"),
//         mapping("speculation", "A second run of slow splits.", {
//             boolean("enabled", "…").by_default("true").alias("speculation_enabled"),
//             duration("interval", "…").by_default("500ms"),
//         }),
//         map_of("env", "The workers' environment.", secret("", "A value.")),
//     });
//     return table;
//   }
//
//   Report report(options.name);
//   doc::Value file = prepare(document, job_fields(), {options.set, &environment}, report);
//   if (!report.ok()) return fail(report.error());
//   View job(file, job_fields());
//   spec.name = job.text("name");
//   spec.speculation.interval = job.duration("speculation.interval");  // else its default
//   if (job.has("split_size")) spec.split_size = job.count("split_size");
//   if (spec.name.size() > 63) report.mistake(*job.find("name"), "name", "is too long; …");
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orch::config {

// What a value may be. A field with more than one kind is made with Field::or_a.
enum Kind : unsigned {
  kText = 1,
  kInteger = 2,
  kNumber = 4,
  kBoolean = 8,
  kDuration = 16,  // text such as 90s
  kSize = 32,      // text such as 64MiB, or an integer: bytes
  kList = 64,
  kMapping = 128,
  kSecret = 256,  // text, or a mapping that says where the value is: {env: NAME} …
  kAny = 512,     // not checked; null too
};

// All texts are literals: a table holds views.
struct Field {
  // Of the members `names`, one must be given (exactly) or one may be given.
  struct Group {
    std::vector<std::string_view> names;
    bool exactly = true;
  };

  // How a text must be spelled: for the schema, for the check, and for people ("must be …").
  struct Spelling {
    std::string_view pattern;
    bool (*fits)(std::string_view text) = nullptr;
    std::string_view words;
  };

  std::string_view name;
  std::string_view about;  // one line
  unsigned kinds = 0;
  std::string_view fallback = {};  // the default as a file would say it; empty: none
  std::string_view least = {};     // bounds, spelled as in a file: "1", "64KiB"
  std::string_view most = {};
  std::vector<std::string_view> choices = {};  // of a text; empty: any
  std::vector<std::string_view> aliases = {};  // flat names at the top of the file
  std::vector<Field> fields = {};              // of a mapping with known members
  std::vector<Field> each = {};                // of a list's items or a mapping's free members
  std::vector<Group> groups = {};
  Spelling spelling = {};  // of a text; without `fits`: any
  bool is_required = false;
  bool keeps_unknown = false;  // unknown members of a mapping only warn (vendors' own config)

  Field required() &&;
  Field by_default(std::string_view value) &&;
  Field between(std::string_view lowest, std::string_view highest) &&;
  Field at_least(std::string_view lowest) &&;
  Field one_of(std::vector<std::string_view> values) &&;
  Field spelled(Spelling how) &&;
  Field alias(std::string_view flat_name) &&;  // may be called again
  Field or_a(Kind kind) &&;                    // e.g. `download: false` beside a mapping
  Field exactly_one_of(std::vector<std::string_view> names) &&;
  Field at_most_one_of(std::vector<std::string_view> names) &&;
  Field warn_of_unknown() &&;

  bool allows(Kind kind) const { return (kinds & kind) != 0; }
  const Field* find(std::string_view member) const;  // among `fields`
};

Field text(std::string_view name, std::string_view about);
Field integer(std::string_view name, std::string_view about);
Field number(std::string_view name, std::string_view about);
Field boolean(std::string_view name, std::string_view about);
Field duration(std::string_view name, std::string_view about);
Field size(std::string_view name, std::string_view about);
Field secret(std::string_view name, std::string_view about);
Field any(std::string_view name, std::string_view about);
Field list(std::string_view name, std::string_view about, Field each);
Field mapping(std::string_view name, std::string_view about, std::vector<Field> fields);
Field map_of(std::string_view name, std::string_view about, Field each);  // free keys

// The mapping forms of a secret: {ref: …}, {env: …} …
const Field& secret_forms();

// What is wrong with a table itself (a default outside its bounds, a name given twice), for the
// test of each table; empty when it is sound.
std::vector<std::string> flaws(const Field& table);

}  // namespace orch::config
