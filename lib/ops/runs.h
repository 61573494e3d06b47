// Commands on an orchestrator's machines: started, looked at, waited for, remembered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "doc/value.h"
#include "provider/commands.h"
#include "provider/provider.h"
#include "store/orchestrators.h"
#include "store/runs.h"
#include "store/store.h"

namespace orch::ops {

// As this machine remembers it; the registry is not asked. not_found offers the nearest;
// ambiguous_name: in both registries, and `registry` (empty: any) does not say which.
Result<store::OrchestratorRow> remembered_orchestrator(store::Store& store, const std::string& name,
                                                       const std::string& registry);

// Its `auth:`; null when it has none.
Result<doc::Value> auth_of(const store::OrchestratorRow& row);

// What its provider offers for commands. unsupported: this version contacts none in that
// environment. The session's `auth` is filled from the row.
Result<std::unique_ptr<provider::Commands>> open_commands(const store::OrchestratorRow& row,
                                                          provider::Session session);

struct RunStart {
  std::string command;
  std::string purpose = "command";  // "refresh": where operators are reported
};
// The intent is written down before the request goes out, the id after it.
Result<store::RunRow> start_run(const RunStart& start, const store::OrchestratorRow& orchestrator,
                                provider::Commands& commands, store::Store& store, Clock& clock,
                                Random& random);

// One look; the row is brought up to date.
Result<provider::Run> look_at_run(store::RunRow& row, provider::Commands& commands,
                                  store::Store& store);

// Looks until it is over; `wait` sleeps and says whether to go on, `seen` is told each state.
Result<provider::Run> await_run(store::RunRow& row, provider::Commands& commands,
                                store::Store& store, const std::function<bool(Duration)>& wait,
                                const std::function<void(const provider::Run&)>& seen,
                                std::optional<Duration> interval);

// The provider's newest runs of the orchestrator, remembered, too.
Result<std::vector<store::RunRow>> list_remote_runs(const store::OrchestratorRow& orchestrator,
                                                    provider::Commands& commands,
                                                    store::Store& store, int limit);

// 0 succeeded, 3 failed or cancelled or skipped, 11 the provider's machines failed, 9 not over.
int exit_status(const provider::Run& run);
// The same as an error, with the provider's words; only for runs that are over and did not succeed.
Error failure_of(const provider::Run& run, const store::RunRow& row);

doc::Value to_value(const store::RunRow& row);
doc::Value to_value(const store::RunRow& row, const provider::Run& run);

}  // namespace orch::ops
