#include "config/config_file.h"

#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"
#include "config/prepare.h"

namespace orch::config {
namespace {

constexpr std::uint64_t kLargest = 1 << 20;

std::vector<std::string> names_of(const doc::Value* contexts) {
  std::vector<std::string> names;
  if (contexts == nullptr || contexts->object() == nullptr) return names;
  for (const auto& member : *contexts->object()) names.push_back(member.first);
  return names;
}

}  // namespace

Result<ConfigFile> ConfigFile::read(const std::string& path, bool must_exist, const Field& table,
                                    const EnvMap& env) {
  ConfigFile file;
  file.path_ = path;
  file.document_ = doc::Value(doc::Value::Object{});
  if (path.empty()) return file;
  auto text = read_file(path, kLargest);
  if (!text) {
    if (!must_exist && text.error().code == ErrorCode::file_not_found) return file;
    return fail(std::move(text).error());
  }
  doc::Value document = ORCH_TRY(doc::parse_yaml(*text, path));
  if (document.is_null()) return file;
  Report report(path);
  document = prepare(std::move(document), table, {{}, &env}, report);
  if (!report.ok()) {
    Error error = report.error();
    error.hint = "correct the lines named above; `orch config schema Config` prints every field";
    return fail(std::move(error));
  }
  file.document_ = std::move(document);
  return file;
}

std::string ConfigFile::place(const doc::Value& value) const {
  return fmt::format("{}:{}", path_, value.position().line);
}

Result<const doc::Value*> ConfigFile::context(std::string_view name,
                                              std::string_view source) const {
  const doc::Value* contexts = document_.find("contexts");
  const doc::Value* found = contexts != nullptr ? contexts->find(name) : nullptr;
  if (found != nullptr) return found;
  const auto known = names_of(contexts);
  const auto meant = nearest(name, known);
  std::string cure = known.empty() ? "it has none" : "it has " + join(known, ", ");
  if (meant) cure = fmt::format("did you mean {}?", *meant);
  return fail(ErrorCode::invalid_setting,
              fmt::format("no context \"{}\" ({}) in {}; {}", printable(name), source,
                          path_.empty() ? "any config file" : path_, cure),
              "name another one with --context, or add it under contexts: in that file");
}

}  // namespace orch::config
