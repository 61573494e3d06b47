// Finding, waiting for and showing jobs: what several commands share.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/invocation.h"
#include "output/table.h"
#include "store/store.h"

namespace orch::commands {

// The store as it is; not_found when this machine has never run a job.
Result<store::Store> existing_store(cli::Invocation& run);
// By name, id or job/NAME.
Result<store::JobRow> find_job(const store::Store& store, std::string_view argument);

// Columns of a list of jobs.
const std::vector<output::Column>& job_columns();
// The newest jobs, and a word when enqueued ones wait for a queue runner that is not there.
Status print_jobs(cli::Invocation& run, int limit);
// One job: its row as a table, or the whole document.
Status print_job(cli::Invocation& run, const store::JobRow& row);

// Waits until the job is over, with progress on the terminal, and returns its exit status.
// timed_out after --timeout; interrupted by Ctrl-C: the job goes on, and the message says so.
// `each_turn`, a few times a second and once at the end, may show more.
Result<int> wait_for_job(cli::Invocation& run, store::Store& store, const std::string& id,
                         const std::function<void()>& each_turn = {});

// Runs a command job here and passes its streams on.
Result<int> run_command(cli::Invocation& run, store::Store& store, const store::JobRow& row);

}  // namespace orch::commands
