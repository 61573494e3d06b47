// The list of providers the conformance suite runs over: orch's own and a toy one, added as any
// other: a folder (here a file) and a line.
#include <array>

#include "conformance/toy_provider.h"
#include "provider/local.h"
#include "provider/provider.h"

namespace orch::provider {

std::span<const Descriptor> all_providers() {
  static const std::array providers = {
      local_provider(),
      toy::toy_provider(),
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
