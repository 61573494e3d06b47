// The one list of providers. A new one is a folder and a line here.
#include <array>

#include "databricks/databricks.h"
#include "provider/local.h"
#include "provider/provider.h"

namespace orch::provider {

std::span<const Descriptor> all_providers() {
  static const std::array providers = {
      local_provider(),
      databricks::databricks_provider(),
  };
  return providers;
}

const Descriptor* find_provider(std::string_view id) {
  for (const Descriptor& provider : all_providers()) {
    if (provider.id == id) return &provider;
  }
  return nullptr;
}

}  // namespace orch::provider
