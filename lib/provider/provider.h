// A provider: a descriptor and the capabilities it brings. A new provider is one folder and one
// line in all.cpp.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"
#include "job/plan.h"

namespace orch::provider {

// One open task manager, as the runner sees it: frames in, frames out. Ends on destruction.
class SlotChannel {
 public:
  virtual ~SlotChannel() = default;
  virtual void send(std::string frames) = 0;  // queued; never blocks
  virtual std::size_t unsent() const = 0;     // bytes still queued
  virtual void kill() = 0;                    // at once; on_closed still comes
};

struct SlotEvents {
  std::function<void(std::string_view bytes)> on_bytes;  // raw frame bytes
  std::function<void(std::string reason)> on_closed;     // last call; "" when it ended in order
};

struct SlotRequest {
  std::string job_id;
  std::string job_directory;  // for logs
  int task_manager = 1;
};

// Capability "splits", pull kind: opens task managers for orch's own scheduler.
class SplitBackend {
 public:
  virtual ~SplitBackend() = default;
  virtual const job::BackendTraits& traits() const = 0;
  virtual Result<std::unique_ptr<SlotChannel>> open_slot(Loop& loop, const SlotRequest& request,
                                                         SlotEvents events) = 0;
};

struct Descriptor {
  std::string_view id;
  std::string_view summary;
  std::unique_ptr<SplitBackend> (*splits)(const EnvMap& env);  // nullptr: not offered
};

std::span<const Descriptor> all_providers();
const Descriptor* find_provider(std::string_view id);

}  // namespace orch::provider
