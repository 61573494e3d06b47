// The config file, read and checked once.
#pragma once

#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/result.h"
#include "config/fields.h"
#include "doc/value.h"

namespace orch::config {

class ConfigFile {
 public:
  // An absent file is an empty one, unless the user named it (`must_exist`).
  static Result<ConfigFile> read(const std::string& path, bool must_exist, const Field& table,
                                 const EnvMap& env);

  const std::string& path() const { return path_; }
  const doc::Value& document() const { return document_; }
  // "path:line".
  std::string place(const doc::Value& value) const;
  // The settings of a context. Error invalid_setting when there is no such one.
  Result<const doc::Value*> context(std::string_view name, std::string_view source) const;

 private:
  std::string path_;
  doc::Value document_;  // a mapping
};

}  // namespace orch::config
