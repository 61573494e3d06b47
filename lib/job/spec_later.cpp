// What the contract names and this version does not have: refused by name, so that nobody takes
// it for a misspelling, and nothing is silently ignored.
#include <fmt/core.h>

#include <array>

#include "job/spec_parts.h"

namespace orch::job {
namespace {

constexpr std::string_view kWithAws = "comes with the AWS provider";
constexpr std::array<std::string_view, 4> kOtherSecrets = {"ref", "stdin", "prompt",
                                                           "aws_secrets_manager"};

void drop(doc::Value& mapping, std::string_view member) {
  auto& members = *mapping.object();
  for (auto it = members.begin(); it != members.end(); ++it) {
    if (it->first != member) continue;
    members.erase(it);
    return;
  }
}

class Refusals {
 public:
  Refusals(doc::Value& document, config::Report& report) : document_(document), report_(report) {}

  int all() {
    take_out(document_, "bucket", "bucket",
             fmt::format("{}; until then write whole URLs", kWithAws));
    s3_input();
    s3_output();
    if (doc::Value* env = document_.find("env"); env && env->object()) {
      for (auto& [name, value] : *env->object()) secret(value, name);
    }
    return count_;
  }

 private:
  bool take_out(doc::Value& mapping, std::string_view member, std::string_view path,
                std::string_view what) {
    const doc::Value* found = mapping.find(member);
    if (!found) return false;
    report_.mistake_at_key(*found, path, what);
    drop(mapping, member);
    ++count_;
    return true;
  }

  // An empty list in its place, so that the missing source is not a second mistake.
  void s3_input() {
    doc::Value* input = document_.find("input");
    if (!input || !input->object()) return;
    const bool was_there =
        take_out(*input, "s3", "input.s3",
                 fmt::format("{}; until then list the objects' URLs in a file", kWithAws));
    if (was_there && input->object()->empty()) input->set("list", doc::Value::Array{});
  }

  void s3_output() {
    doc::Value* output = document_.find("output");
    if (!output || !output->object()) return;
    take_out(*output, "bucket", "output.bucket", fmt::format("{}; use location", kWithAws));
    const doc::Value* storage = output->find("storage");
    if (!storage || !storage->string() || *storage->string() != "s3") return;
    report_.mistake(*storage, "output.storage",
                    fmt::format("s3 {}; until then use local or stdout", kWithAws));
    drop(*output, "storage");
    ++count_;
  }

  void secret(doc::Value& value, const std::string& name) {
    if (!value.object() || value.object()->size() != 1) return;
    for (const std::string_view form : kOtherSecrets) {
      const std::string path = fmt::format("env.{}.{}", name, form);
      if (!take_out(value, form, path,
                    "not for jobs; use {env: NAME}, {file: PATH} or {exec: [COMMAND, …]}"))
        continue;
      value = doc::Value("");
      return;
    }
  }

  doc::Value& document_;
  config::Report& report_;
  int count_ = 0;
};

}  // namespace

int refuse_later_fields(doc::Value& document, SpecContext& context) {
  if (!document.object()) return 0;
  return Refusals(document, context.report).all();
}

}  // namespace orch::job
