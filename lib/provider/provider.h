// A provider: a descriptor and the capabilities it brings. A new provider is one folder and one
// line in all.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"
#include "job/plan.h"
#include "job/slot.h"

namespace orch::provider {

// Capability "splits", pull kind: opens task managers for orch's own scheduler.
class SplitBackend {
 public:
  virtual ~SplitBackend() = default;
  virtual const job::BackendTraits& traits() const = 0;
  virtual Result<std::unique_ptr<job::SlotChannel>> open_slot(Loop& loop,
                                                              const job::SlotRequest& request,
                                                              job::SlotEvents events) = 0;
};

struct Descriptor {
  std::string_view id;
  std::string_view summary;
  std::unique_ptr<SplitBackend> (*splits)(const EnvMap& env);  // nullptr: not offered
};

std::span<const Descriptor> all_providers();
const Descriptor* find_provider(std::string_view id);

}  // namespace orch::provider
