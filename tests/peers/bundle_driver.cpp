// Renders bundles in memory for tests/peers/bundle.py: each line of standard input is {"spec",
// "signature"}, each line of standard output {"files": {path: content}, "warnings"} or {"error",
// "details"}.
#include <iostream>
#include <string>

#include "bundle/render.h"
#include "doc/value.h"

namespace {

using orch::doc::Value;

Value list_of(const std::vector<std::string>& texts) {
  return Value::Array(texts.begin(), texts.end());
}

Value answer(const std::string& line) {
  Value reply;
  const auto question = orch::doc::parse_json(line);
  if (!question || question->find("spec") == nullptr) {
    reply.set("error", "not a question");
    return reply;
  }
  // Through YAML, as a file would come.
  const auto document =
      orch::doc::parse_yaml(orch::doc::to_yaml(*question->find("spec")), "bundle.yaml");
  if (!document) {
    reply.set("error", document.error().message);
    return reply;
  }
  const auto parsed =
      orch::bundle::parse_bundle(*document, {"bundle.yaml", "/bundle", nullptr, {}});
  if (!parsed) {
    reply.set("error", parsed.error().message);
    reply.set("details", list_of(parsed.error().details));
    return reply;
  }
  Value files = Value::Object{};
  for (orch::bundle::File& file : orch::bundle::render(parsed->spec, question->text("signature"))) {
    files.set(file.path, std::move(file.content));
  }
  reply.set("files", std::move(files));
  reply.set("warnings", list_of(parsed->warnings));
  return reply;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) std::cout << to_json(answer(line)) << '\n' << std::flush;
}
