#include <fmt/core.h>

#include <array>

#include "base/text.h"
#include "doc/yaml_rules.h"

namespace orch::doc {

std::string explain_yaml(std::string_view message, std::string_view, Position) {
  return fmt::format("not YAML: {}", printable(message));
}

}  // namespace orch::doc
