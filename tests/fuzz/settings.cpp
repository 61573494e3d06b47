// Any YAML through the check of the config file: no crash, and no escape byte in a mistake.
#include <cstdlib>
#include <vector>

#include "config/prepare.h"
#include "config/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace orch;
  static const std::vector<config::SettingField> settings = config::core_settings();
  static const config::Field table = config::config_file_fields(settings);
  static const EnvMap env = {{"A", "1"}, {"B", ""}};
  const std::string text(data, data + size);
  auto document = doc::parse_yaml(text, "f");
  if (!document) return 0;
  config::Report report("f");
  // The first line is a --set as well.
  config::prepare(std::move(*document), table, {{text.substr(0, text.find('\n'))}, &env}, report);
  if (report.ok()) return 0;
  for (const std::string& line : report.error().details) {
    if (line.find('\x1b') != std::string::npos || line.find('\n') != std::string::npos) {
      std::abort();
    }
  }
  return 0;
}
