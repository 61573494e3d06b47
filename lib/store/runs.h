// Runs of commands at providers, as this machine knows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace orch::store {

struct RunRow {
  std::string token;  // the idempotency key; "seen/…" for runs that others started
  std::string run;    // the provider's id; empty: asked for, not known to have begun
  std::string registry;
  std::string orchestrator;
  std::string purpose;  // "command", "refresh"
  std::string command;
  std::string state;  // as last seen
  std::string url;
  std::int64_t created_ms = 0;  // Unix milliseconds
  std::int64_t started_ms = 0;  // 0: not yet
  std::int64_t ended_ms = 0;
};

// By token; adds or replaces. Durable: an intent stands before its request goes out.
Status put_run(Store& store, const RunRow& row);
// Newest first; of one orchestrator, or (empty) of all.
Result<std::vector<RunRow>> runs(Store& store, std::string_view registry,
                                 std::string_view orchestrator, int limit);
Result<std::optional<RunRow>> find_run(Store& store, std::string_view run);

}  // namespace orch::store
