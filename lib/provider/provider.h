// A provider: a descriptor and the capabilities it brings. A new provider is one folder and one
// line in all.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/check.h"
#include "base/environment.h"
#include "base/loop.h"
#include "base/result.h"
#include "config/fields.h"
#include "http/api.h"
#include "job/plan.h"
#include "job/slot.h"
#include "provider/commands.h"
#include "provider/credentials.h"
#include "provider/provision.h"
#include "provider/session.h"

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
  // Capabilities; nullptr: not offered.
  std::unique_ptr<SplitBackend> (*splits)(const EnvMap& env) = nullptr;
  Result<std::unique_ptr<Commands>> (*commands)(const Session& session,
                                                const Place& place) = nullptr;
  http::RetryTable (*retries)() = nullptr;  // nullptr: the usual one
  // What `doctor` says of an orchestrator; reads only.
  Checks (*checks)(const Session& session, const Place& place) = nullptr;
  Result<std::unique_ptr<Credentials>> (*credentials)(const Session& session,
                                                      const CredentialsOf& whose) = nullptr;
  // `--target TARGET:PLACE` of rotate-secret: stores the value there.
  std::string_view target = {};
  Status (*store_at_target)(const Session& session, std::string_view place,
                            const std::string& value) = nullptr;
  Result<std::unique_ptr<Provision>> (*provision)(const Session& session,
                                                  const ProvisionRequest& request) = nullptr;
  // Takes down what a resource's handle names; absent is fine.
  Status (*take_down)(const Session& session, const doc::Value& handle) = nullptr;
  config::Field (*provision_fields)() = nullptr;  // of `provision:`; nullptr: not checked
  std::string (*provision_template)() = nullptr;  // its part of `register --init`
};

std::span<const Descriptor> all_providers();
const Descriptor* find_provider(std::string_view id);

}  // namespace orch::provider
