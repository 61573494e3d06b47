#include "cli/version.h"

#include "base/text.h"

// ORCH_LIBRARIES is "name version,name version", written by CMake from the packages it links.

namespace orch::cli {

std::string_view version() { return ORCH_VERSION; }

doc::Value version_value() {
  doc::Value libraries{doc::Value::Object{}};
  for (const std::string_view entry : split(ORCH_LIBRARIES, ',')) {
    const std::size_t blank = entry.find(' ');
    if (blank != std::string_view::npos) {
      libraries.set(entry.substr(0, blank), entry.substr(blank + 1));
    }
  }
  doc::Value value;
  value.set("version", version());
  value.set("libraries", std::move(libraries));
  return value;
}

std::string version_text(bool libraries) {
  std::string text = "orch " + std::string(version()) + "\n";
  if (!libraries) return text;
  for (const std::string_view entry : split(ORCH_LIBRARIES, ',')) {
    if (!entry.empty()) text += "  " + std::string(entry) + "\n";
  }
  return text;
}

}  // namespace orch::cli
